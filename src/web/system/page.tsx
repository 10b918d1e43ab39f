import { Page } from '../parts/page.tsx';

export default function SystemPage() {
  return (
    <Page title="System">
      <div class="sheet" />
    </Page>
  );
}
