import { Page } from '../parts/page.tsx';

export default function NotesPage() {
  return (
    <Page title="Notes">
      <div class="sheet" />
    </Page>
  );
}
