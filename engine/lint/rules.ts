import type { Rule } from './base/rule.ts';
import { ansibleFactName } from './rules/ansible-facts.ts';
import { oldLoop, oneLineArguments, wordForBoolean } from './rules/ansible-forms.ts';
import {
  assignmentBeforeCommand,
  changeOfFolderInCommand,
  commandThatOnlyLooks,
  commandWithoutCondition,
  commandWithShellSyntax,
  moduleInsteadOfCommand,
  privilegeInCommand,
  removalOfTemplate,
} from './rules/commands.ts';
import {
  comparisonWithTrue,
  constantCondition,
  deepNesting,
  duplicateInList,
  ignoredErrors,
  longPause,
  loopOverOne,
  unreachableTask,
} from './rules/flow.ts';
import { notifyWithoutChange, restartEveryTime, unusedHandler } from './rules/handlers.ts';
import { unknownIgnore } from './rules/ignored.ts';
import { goneFlag } from './rules/kubernetes.ts';
import { duplicateTaskName, nameOfTemplate, similarTags, unnamedPlay, unnamedTask } from './rules/names.ts';
import {
  certificateNotVerified,
  downloadWithoutChecksum,
  hostKeyNotChecked,
  httpWithoutTls,
  unsignedPackages,
} from './rules/network.ts';
import { latestVersion, readablePrivateKey, touchEveryTime, worldWritable } from './rules/permissions.ts';
import { ansibleVariableName, checkModeInVain } from './rules/planning.ts';
import {
  becomeOnController,
  becomeUserWithoutBecome,
  gatherFactsWithoutEffect,
  runOnceWithSerial,
} from './rules/privilege.ts';
import { roleWithoutArguments, sourceOutsideRole, unusedDefault } from './rules/roles.ts';
import { privateKeyInClear, readableSecret, secretInClear, secretOnCommandLine } from './rules/secrets.ts';
import { downloadIntoShell, pipeWithoutPipefail, shellOfOtherKind, shellWithoutNeed } from './rules/shell.ts';
import { backslashInHelper } from './rules/templates.ts';
import {
  argumentAlias,
  argumentWithoutEffect,
  finalNewline,
  lineEnd,
  longModuleName,
  moduleAlias,
  trailingBlank,
} from './rules/text.ts';
import {
  defaultNeverCounts,
  hiddenResult,
  loopVariableHides,
  unusedRegister,
  unusedVariable,
} from './rules/variables.ts';

/** All rules, by topic. */
export const RULES: readonly Rule[] = [
  commandWithShellSyntax,
  assignmentBeforeCommand,
  commandWithoutCondition,
  commandThatOnlyLooks,
  moduleInsteadOfCommand,
  privilegeInCommand,
  removalOfTemplate,
  changeOfFolderInCommand,
  downloadIntoShell,
  pipeWithoutPipefail,
  shellOfOtherKind,
  shellWithoutNeed,
  privateKeyInClear,
  secretInClear,
  secretOnCommandLine,
  readableSecret,
  worldWritable,
  readablePrivateKey,
  latestVersion,
  touchEveryTime,
  downloadWithoutChecksum,
  httpWithoutTls,
  certificateNotVerified,
  unsignedPackages,
  hostKeyNotChecked,
  notifyWithoutChange,
  unusedHandler,
  restartEveryTime,
  becomeUserWithoutBecome,
  becomeOnController,
  runOnceWithSerial,
  unreachableTask,
  constantCondition,
  checkModeInVain,
  ignoredErrors,
  comparisonWithTrue,
  loopOverOne,
  longPause,
  deepNesting,
  duplicateInList,
  hiddenResult,
  loopVariableHides,
  unusedRegister,
  unusedVariable,
  defaultNeverCounts,
  backslashInHelper,
  unusedDefault,
  sourceOutsideRole,
  roleWithoutArguments,
  goneFlag,
  unnamedTask,
  unnamedPlay,
  nameOfTemplate,
  duplicateTaskName,
  similarTags,
  gatherFactsWithoutEffect,
  longModuleName,
  moduleAlias,
  argumentAlias,
  ansibleVariableName,
  oneLineArguments,
  wordForBoolean,
  oldLoop,
  argumentWithoutEffect,
  trailingBlank,
  lineEnd,
  finalNewline,
  ansibleFactName,
  unknownIgnore(() => RULES.map(({ name }) => name)),
];
