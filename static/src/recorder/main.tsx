import '../css/recorder.css';
import { Room } from 'livekit-client';
import { render } from 'preact';
import { currentLanguage, isLanguage } from '../i18n';
import { takeAddress } from './address';
import { RecorderPage } from './page';
import { startPulse } from './pulse';
import { Recording } from './recording';
import { Signals } from './signals';
import { TabRecorder } from './tab-recorder';

const { url, token, layout } = takeAddress(location.href, history);
const language = document.documentElement.lang;
if (isLanguage(language)) currentLanguage.choose(language);

// Layers as large as their tiles; whoever is in no tile is not decoded.
const room = new Room({ adaptiveStream: { pauseVideoInBackground: false } });
const recording = new Recording(room, layout, new Signals());
window.meetRecorder = new TabRecorder(room);

const root = document.getElementById('recorder-root');
if (root) {
  render(<RecorderPage recording={recording} />, root);
  startPulse(document.getElementById('pulse'));
  void recording.connect(url, token);
}
