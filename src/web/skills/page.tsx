import { Page } from '../parts/page.tsx';

export default function SkillsPage() {
  return (
    <Page title="Skills">
      <div class="sheet" />
    </Page>
  );
}
