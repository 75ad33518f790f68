import type { ParityCase } from '../case.ts'
import { ATTACH_CASES } from './attach.ts'
import { COMMAND_CASES } from './commands.ts'
import { COPY_CASES } from './copy.ts'
import { CREATE_CASES } from './create.ts'
import { EVENT_CASES } from './events.ts'
import { EXEC_CASES } from './exec.ts'
import { FILE_CASES } from './files.ts'
import { HEALTH_CASES } from './health.ts'
import { IMAGE_CASES } from './images.ts'
import { INSIDE_CASES } from './inside.ts'
import { LIFECYCLE_CASES } from './lifecycle.ts'
import { LIST_CASES } from './list.ts'
import { LOG_CASES } from './logs.ts'
import { OPTION_CASES } from './options.ts'
import { REGISTRY_CASES } from './registry.ts'
import { RESTART_POLICY_CASES } from './restart-policy.ts'
import { RUN_CASES } from './run.ts'
import { SYSTEM_CASES } from './system.ts'
import { VERB_CASES } from './verbs.ts'

/** Every case, in the order of the report. */
export const CASES: readonly ParityCase[] = [
  ...SYSTEM_CASES,
  ...IMAGE_CASES,
  ...REGISTRY_CASES,
  ...CREATE_CASES,
  ...LIFECYCLE_CASES,
  ...VERB_CASES,
  ...RESTART_POLICY_CASES,
  ...HEALTH_CASES,
  ...EVENT_CASES,
  ...LIST_CASES,
  ...LOG_CASES,
  ...ATTACH_CASES,
  ...RUN_CASES,
  ...OPTION_CASES,
  ...EXEC_CASES,
  ...INSIDE_CASES,
  ...COMMAND_CASES,
  ...FILE_CASES,
  ...COPY_CASES,
]
