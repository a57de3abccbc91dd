import { useLayoutEffect } from 'react';
import { currentLanguage } from '../i18n';
import { useStore } from '../store';
import { NoticeLayer } from './controls/notices';
import { PageContext } from './page';
import { DeviceView } from './views/device';
import { EndView } from './views/end';
import { ErrorView } from './views/error';
import { JoinView } from './views/join';
import { LoadingView } from './views/loading';
import { StageView } from './views/stage';
import type { View } from './visit';

type Page = Parameters<typeof PageContext.Provider>[0]['value'];

export function App({ page }: { page: NonNullable<Page> }) {
  const { view, room } = useStore(page.visit);
  // Read here so that a change of language redraws everything.
  const { language } = useStore(currentLanguage);

  useLayoutEffect(() => {
    document.documentElement.dataset.meetView = view;
  }, [view]);
  useLayoutEffect(() => {
    document.documentElement.lang = language;
    if (room) document.title = room.roomName;
  }, [language, room]);

  return (
    <PageContext.Provider value={page}>
      <CurrentView view={view} />
      <NoticeLayer notices={page.notices} />
    </PageContext.Provider>
  );
}

function CurrentView({ view }: { view: View }) {
  switch (view) {
    case 'loading':
      return <LoadingView />;
    case 'join':
      return <JoinView />;
    case 'device':
    case 'connecting':
      return <DeviceView />;
    case 'stage':
      return <StageView />;
    case 'end':
      return <EndView />;
    case 'error':
      return <ErrorView />;
  }
}
