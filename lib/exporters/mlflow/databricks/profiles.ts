import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError } from '../../../errors.js';
import { type IniSection, iniSections } from '../ini-sections.js';

/** Which profile, and where the file is. */
export interface ProfileChoice {
  /** `undefined`: the one that the file calls its default, if there is one. */
  readonly profile: string | undefined;
  /** @default ~/.databrickscfg */
  readonly path: string | undefined;
}

const settingsSection = '__settings__';
const nothing: IniSection = new Map();

/**
 * A profile of the file that Databricks' own tools write.
 *
 * @throws {ConfigurationError} where a profile that was asked for is not there.
 */
export function readProfile({ profile, path }: ProfileChoice): IniSection {
  const place = path === undefined ? join(home(), '.databrickscfg') : path.replace(/^~(?=[/\\])/, home());
  const sections = iniSections(textOf(place));
  const wanted = profile ?? (sections.get(settingsSection)?.get('default_profile') || undefined);
  if (wanted === undefined) return sections.get('DEFAULT') ?? nothing;
  const found = wanted === settingsSection ? undefined : sections.get(wanted);
  if (found !== undefined) return found;
  const names = [...sections.keys()].filter((name) => name !== settingsSection);
  throw new ConfigurationError(
    `There is no profile '${wanted}' in ${place}. ${names.length === 0 ? 'It has none' : `It has ${names.join(', ')}`}: name one of them, or set DATABRICKS_HOST and DATABRICKS_TOKEN.`,
  );
}

/** As people write it where the system does not know it: there is no file then. */
function home(): string {
  try {
    return homedir();
  } catch {
    return '~';
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
