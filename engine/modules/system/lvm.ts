import { quote } from '../../connection/base/quote.ts';
import type { Request, Seen } from '../../resources/base/resource.ts';
import { type SettingDetail, type SettingState, settingRequest } from '../../resources/setting.ts';

/** The names that LVM accepts for groups and volumes. */
export const LVM_NAME = /^[A-Za-z0-9_+.][A-Za-z0-9_+.-]*$/;

/** What `planSettings` needs to know of LVM. */
export const LVM = { program: 'vgs', package: 'lvm2' } as const;

/** The answer for a group that is not there. */
export const NO_GROUP = 'none';

type SettingRequest = Request<SettingDetail, SettingState>;

/** Returns shell text that asks LVM. Without this variable, LVM warns of the open files of the session. */
export function lvmLook(script: string): string {
  return `command -v vgs >/dev/null || exit 127
LVM_SUPPRESS_FD_WARNINGS=1 LC_ALL=C; export LVM_SUPPRESS_FD_WARNINGS LC_ALL
${script}`;
}

/** The room of a volume group. */
export interface Space {
  /** The size of an extent, in bytes. */
  readonly extent: number;
  /** The numbers of all and of free extents. */
  readonly all: number;
  readonly free: number;
  /** How many volumes the group has. */
  readonly volumes: number;
}

/** Requests the space of a volume group. */
export function groupSpace(vg: string): SettingRequest {
  return settingRequest(
    `lvspace ${vg}`,
    lvmLook(`said=$(vgs --noheadings --separator ' ' -o vg_extent_size,vg_extent_count,vg_free_count,lv_count --units b --nosuffix -S ${quote(`vg_name="${vg}"`)}) || exit 1
set -- $said
echo "\${*:-${NO_GROUP}}"`),
  );
}

/** Returns the space of a volume group from the answer to `groupSpace`; undefined if there is no such group. */
export function spaceIn(vg: string, seen: Seen): Space | undefined {
  const [extent, all, free, volumes] = (answerOf(groupSpace(vg), seen) ?? NO_GROUP).split(' ').map(Number);
  if (extent === undefined || all === undefined || free === undefined || volumes === undefined) return undefined;
  return { extent, all, free, volumes };
}

/** Returns the answer to a question; undefined if there is none. */
export function answerOf(request: SettingRequest, seen: Seen): string | undefined {
  const state = seen.of(request);
  return state.kind === 'answer' ? state.text : undefined;
}
