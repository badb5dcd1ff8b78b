// The exports of `runbook/module` for the modules of a project. docs/own-modules.md describes them, and
// docs/versioning.md says how stable they are.

export { z } from 'zod';
export { quote } from '../../connection/base/quote.ts';
export type { Facts } from '../../connection/shell/facts.ts';
export { type Prediction, type Request, type Seen, predict } from '../../resources/base/resource.ts';
export { file, wholeFile } from '../../resources/file.ts';
export type { FileState } from '../../resources/file/file-state.ts';
export { type ProbeState, probe } from '../../resources/probe.ts';
export { Secret } from '../../values/base/secret.ts';
export { type Value, type ValueMap, Unknown } from '../../values/base/value.ts';
export * as argument from '../base/arguments.ts';
export {
  type Apply,
  type CannotKnow,
  type Change,
  type Context,
  type Controller,
  type Difference,
  type Impossible,
  type InSync,
  type Module,
  type Observed,
  type Outcome,
  defineModule,
} from '../base/module.ts';
export { ownScript } from '../base/own-script.ts';
export { forRootAlone } from '../base/root-alone.ts';
export { editOutcome, editText, textNeeds } from '../edit/text-edit.ts';
