/** A simple calculator. `/` gives whole numbers. */
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

/** What the model is told of it. */
export const calculatorSchema = {
  type: 'object',
  properties: {
    a: { type: 'integer', description: 'a' },
    b: { type: 'integer', description: 'b' },
    operator: { type: 'string', enum: ['+', '-', '*', '/'], description: 'operator' },
  },
  required: ['a', 'b', 'operator'],
};
