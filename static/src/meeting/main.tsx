import '../css/meeting.css';
import { render } from 'preact';
import { currentLanguage } from '../i18n';
import { createApi } from './api';
import { App } from './app';
import { backUrl, parseConfig } from './config';
import { Choices } from './media/choices';
import { DeviceList } from './media/devices';
import { Notices } from './notices';
import { takeSecrets } from './secrets';
import { startTheme } from './theme';
import { Visit } from './visit';

const config = parseConfig(document.getElementById('meet-config')?.textContent ?? '{}');
const choices = new Choices(localStorage);
startTheme(config, choices);
currentLanguage.choose(config.language);

const visit = new Visit({
  config,
  choices,
  secrets: takeSecrets(location.href, history, config.participantName),
  api: createApi(config),
  devices: new DeviceList(navigator.mediaDevices),
  goTo: (url) => location.assign(url),
  warmUp: (url) => {
    const href = url.replace(/^ws/, 'http');
    document.head.append(
      Object.assign(document.createElement('link'), { rel: 'preconnect', href }),
    );
  },
});

const root = document.getElementById('meeting-root');
if (root) {
  const page = {
    visit,
    notices: new Notices(),
    backUrl: backUrl(config, document.referrer, location.href),
  };
  // Takes away what the server wrote for browsers without script.
  root.replaceChildren();
  render(<App page={page} />, root);
  void visit.start();
}
