import type { MessageKey } from '../../i18n';
import type { CaptureKind } from './capture';
import type { CaptureProblem } from './devices';

/** Why somebody is not seen or not heard, in words. */
export const PROBLEM_WORDS: Record<CaptureKind, Record<CaptureProblem, MessageKey>> = {
  camera: {
    denied: 'device.camera.denied',
    missing: 'device.camera.missing',
    'in-use': 'device.camera.inUse',
    failed: 'device.camera.failed',
  },
  microphone: {
    denied: 'device.microphone.denied',
    missing: 'device.microphone.missing',
    'in-use': 'device.microphone.inUse',
    failed: 'device.microphone.failed',
  },
};
