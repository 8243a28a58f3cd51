import type { Tool } from './conversable-agent.js';

/** `/` gives whole numbers. */
export function calculator(a: number, b: number, operator: string): number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return Math.trunc(a / b);
    default:
      throw new Error('Invalid operator');
  }
}

/** What the model is told of it, and what runs when the model asks for it. */
export const calculatorTool: Tool = {
  name: 'calculator',
  description: 'A simple calculator',
  parameters: {
    type: 'object',
    properties: {
      a: { type: 'integer', description: 'a' },
      b: { type: 'integer', description: 'b' },
      operator: { type: 'string', enum: ['+', '-', '*', '/'], description: 'operator' },
    },
    required: ['a', 'b', 'operator'],
  },
  run: calculator,
};
