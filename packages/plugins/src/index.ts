import { definePlugin } from '@osicam/engine/plugin';
import { exportFile } from './aliment/export/index.ts';
import { setTraits } from './aliment/set-traits/index.ts';
import { call } from './collect/call/index.ts';
import { event } from './collect/event/index.ts';
import { file } from './collect/file/index.ts';
import { schedule } from './collect/schedule/index.ts';
import { segment } from './collect/segment/index.ts';
import { table } from './collect/table/index.ts';
import { waitForEvent } from './collect/wait-for-event/index.ts';
import { delay } from './flow/delay/index.ts';
import { end } from './flow/end/index.ts';
import { experiment } from './flow/experiment/index.ts';
import { split } from './flow/split/index.ts';
import { timeWindow } from './flow/time-window/index.ts';
import { untilDate } from './flow/until-date/index.ts';
import { untilTime } from './flow/until-time/index.ts';
import { askConsent } from './interact/ask-consent/index.ts';
import { callList } from './interact/call-list/index.ts';
import { email } from './interact/email/index.ts';
import { webhook } from './interact/webhook/index.ts';
import { summary } from './measure/summary/index.ts';
import { uplift } from './measure/uplift/index.ts';
import { deduplicate } from './organize/deduplicate/index.ts';
import { normalize } from './organize/normalize/index.ts';
import { rfm } from './segment/rfm/index.ts';
import { rules } from './segment/rules/index.ts';
import { waitForSegment } from './segment/wait-for-segment/index.ts';

/** The node types that come with OSICAM. They use the public SDK alone, as any other plugin. */
export default definePlugin({
  name: 'osicam',
  nodes: [
    normalize,
    deduplicate,
    rules,
    rfm,
    waitForSegment,
    email,
    askConsent,
    webhook,
    callList,
    file,
    table,
    event,
    schedule,
    segment,
    call,
    waitForEvent,
    setTraits,
    exportFile,
    uplift,
    summary,
    delay,
    untilTime,
    untilDate,
    timeWindow,
    split,
    experiment,
    end,
  ],
});
