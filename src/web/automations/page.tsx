import { Page } from '../parts/page.tsx';

export default function AutomationsPage() {
  return (
    <Page title="Automations">
      <div class="sheet" />
    </Page>
  );
}
