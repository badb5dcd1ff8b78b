import { addressFunctions } from './address-functions.ts';
import { collectionFunctions } from './collection-functions.ts';
import { controllerFunctions } from './controller-functions.ts';
import { digestFunctions } from './digest-functions.ts';
import { encodingFunctions } from './encoding-functions.ts';
import { formatFunctions } from './format-function.ts';
import { loopFunctions } from './loop-functions.ts';
import { numberFunctions } from './number-functions.ts';
import { parsingFunctions } from './parsing-functions.ts';
import { passwordFunctions } from './password-function.ts';
import { pathFunctions } from './path-functions.ts';
import { setFunctions } from './set-functions.ts';
import type { SharedFunction } from './shared-function.ts';
import { sortFunctions } from './sort-functions.ts';
import { textFunctions } from './text-functions.ts';
import { timeFunctions } from './time-functions.ts';
import { typeFunctions } from './type-functions.ts';
import { variableFunctions } from './variable-functions.ts';
import { versionFunctions } from './version-functions.ts';

/** All functions that both templates and expressions have. */
export const sharedFunctions: readonly SharedFunction[] = [
  ...textFunctions,
  ...formatFunctions,
  ...encodingFunctions,
  ...pathFunctions,
  ...parsingFunctions,
  ...digestFunctions,
  ...collectionFunctions,
  ...loopFunctions,
  ...sortFunctions,
  ...setFunctions,
  ...numberFunctions,
  ...versionFunctions,
  ...typeFunctions,
  ...addressFunctions,
  ...timeFunctions,
  ...controllerFunctions,
  ...variableFunctions,
  ...passwordFunctions,
];
