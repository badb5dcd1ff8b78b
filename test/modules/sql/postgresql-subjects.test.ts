import { describe, expect, test } from 'vitest';
import { privilegeFault, subjectsOf } from '../../../engine/modules/sql/postgresql-subjects.ts';
import { type OBJECT_TYPES } from '../../../engine/resources/sql/postgresql-objects.ts';

interface Given {
  readonly type: (typeof OBJECT_TYPES)[number] | 'group' | 'default_privs';
  readonly objs?: readonly string[];
  readonly privs?: readonly string[];
  readonly schema?: string;
  readonly target_roles?: readonly string[];
}

const given = (args: Given): Given & { readonly login_db: string } => ({ login_db: 'app', ...args });
const ALL = { privs: ['ALL'] } as const;

describe('arguments that do not fit together', () => {
  test.each([
    [{ type: 'group', objs: ['a'], ...ALL }, 'privs'],
    [{ type: 'table', objs: ['a'] }, 'privs'],
    [{ type: 'table', objs: ['a'], privs: ['SELECT (A)'] }, 'privs'],
    [{ type: 'table', objs: ['a'], privs: ['SELECT; DROP'] }, 'privs'],
    [{ type: 'table', ...ALL }, 'objs'],
    [{ type: 'schema', objs: ['ALL_IN_SCHEMA'], ...ALL }, 'objs'],
    [{ type: 'table', objs: ['ALL_IN_SCHEMA', 'a'], ...ALL }, 'objs'],
    [{ type: 'function', objs: ['f'], ...ALL }, 'objs'],
    [{ type: 'function', objs: ['f(int); DROP'], ...ALL }, 'objs'],
    [{ type: 'default_privs', objs: ['PLANETS'], ...ALL }, 'objs'],
    [{ type: 'database', schema: 'a', ...ALL }, 'schema'],
    [{ type: 'group', objs: ['a'], schema: 'a' }, 'schema'],
  ] as const)('%j: %s', (args, argument) => {
    expect(privilegeFault(given(args))?.argument).toBe(argument);
  });

  test.each([
    { type: 'database', ...ALL },
    { type: 'group', objs: ['a'] },
    { type: 'procedure', objs: ['f()', 'g(int:text[])'], ...ALL },
    { type: 'default_privs', objs: ['tables', 'ALL_DEFAULT'], ...ALL },
  ] as const)('%j fits', (args) => {
    expect(privilegeFault(given(args))).toBeUndefined();
  });
});

describe('what privileges are about', () => {
  test.each([
    [{ type: 'database' }, [{ kind: 'object', type: 'database', schema: undefined, name: 'app' }]],
    [{ type: 'table', objs: ['t'] }, [{ kind: 'object', type: 'table', schema: 'public', name: 't' }]],
    [
      { type: 'table', objs: ['ALL_IN_SCHEMA'], schema: 's' },
      [{ kind: 'object', type: 'table', schema: 's', name: undefined }],
    ],
    [
      { type: 'function', objs: ['f(int:text)'] },
      [{ kind: 'object', type: 'function', schema: 'public', name: 'f(int,text)' }],
    ],
    [{ type: 'group', objs: ['g'] }, [{ kind: 'group', name: 'g' }]],
    [
      { type: 'default_privs', objs: ['schemas', 'Tables'], target_roles: ['r'] },
      [
        { kind: 'default', type: 'SCHEMAS', schema: undefined, target: 'r' },
        { kind: 'default', type: 'TABLES', schema: 'public', target: 'r' },
      ],
    ],
    [
      { type: 'default_privs', objs: ['TYPES'], schema: 'not-specified' },
      [{ kind: 'default', type: 'TYPES', schema: undefined, target: undefined }],
    ],
  ] as const)('%j', (args, subjects) => {
    expect(subjectsOf(given(args))).toEqual(subjects);
  });
});
