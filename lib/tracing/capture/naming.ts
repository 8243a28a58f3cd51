/** The keys under which a name stands whose value stands beside it; with capitals in the tags and settings of AWS and .NET. */
export const namingKeys: readonly string[] = ['name', 'key', 'header', 'field', 'Name', 'Key'];

/** Whether it is the key of that value. */
export function isValueKey(key: string): boolean {
  return key === 'value' || key === 'Value';
}

/** In other lists the names of secrets are names: those of parameters and the like. */
const headerName = /^(?:authorization|cookie|[a-z]+(?:-[a-z]+)+)$/i;

const optionName = /^--[a-z][\w-]*$/i;

/** Whether a text is an option of a command, whose value follows it in a list of arguments. */
export function isOptionName(text: string): boolean {
  return text.startsWith('--') && optionName.test(text);
}

/** Whether a text can be only the name of an HTTP header, where the value of the header follows it in a list. */
export function isHeaderName(text: string): boolean {
  return headerName.test(text);
}
