// Only the parser of Handlebars is loaded. Its compiler generates JavaScript, and takes six times as long to load.
declare module 'handlebars/dist/cjs/handlebars/compiler/base.js' {
  export interface ParseErrorDetails {
    readonly text: string;
    readonly token: string | null;
    readonly line: number;
    readonly loc?: {
      readonly first_line: number;
      readonly first_column: number;
      readonly last_line: number;
      readonly last_column: number;
    };
    readonly expected?: readonly string[];
  }
  export const parser: { parseError: (message: string, details: ParseErrorDetails) => never };
  export function parse(text: string): unknown;
}
