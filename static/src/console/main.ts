import '../css/console.css';
import { currentLanguage, isLanguage } from '../i18n';
import './htmx-setup';
import { ApiForm } from './api-form';
import { CompleteForm } from './complete-form';
import { Confirm } from './confirm';
import { Copy } from './copy';
import { FormErrors } from './form-errors';
import { Live } from './live';
import { followLoadMore } from './load-more';
import { LocalTimes } from './local-times';
import { Menu } from './menu';
import { NavigationToggle } from './navigation-toggle';
import { Password } from './password';
import { Player } from './player';
import { RecordingDeletion } from './recording-deletion';
import { RoomDeletion } from './room-deletion';
import { Selection } from './selection';
import { Share } from './share';
import { ThemeEditor } from './theme-editor';
import { ThemeToggle } from './theme-toggle';
import { Time } from './time';
import { Toasts } from './toasts';
import { Unsaved } from './unsaved';
import { Visit } from './visit';

const language = document.documentElement.lang;
if (isLanguage(language)) currentLanguage.choose(language);

// Every element decorates HTML that works without it.
const ELEMENTS: Record<string, CustomElementConstructor> = {
  'meet-api-form': ApiForm,
  'meet-complete-form': CompleteForm,
  'meet-confirm': Confirm,
  'meet-copy': Copy,
  'meet-form-errors': FormErrors,
  'meet-live': Live,
  'meet-local-times': LocalTimes,
  'meet-menu': Menu,
  'meet-navigation-toggle': NavigationToggle,
  'meet-password': Password,
  'meet-player': Player,
  'meet-recording-deletion': RecordingDeletion,
  'meet-room-deletion': RoomDeletion,
  'meet-selection': Selection,
  'meet-share': Share,
  'meet-theme-editor': ThemeEditor,
  'meet-theme-toggle': ThemeToggle,
  'meet-time': Time,
  'meet-toasts': Toasts,
  'meet-unsaved': Unsaved,
  'meet-visit': Visit,
};
for (const [name, element] of Object.entries(ELEMENTS)) customElements.define(name, element);
followLoadMore();
