/** The icons that are used, each from the set as it is drawn there. */
import {
  Activity,
  Archive,
  ArrowDown,
  Bell,
  Bot,
  CalendarClock,
  Check,
  ChevronDown,
  ChevronLeft,
  ChevronRight,
  Clock,
  Copy,
  Download,
  Ellipsis,
  ExternalLink,
  FileText,
  KeyRound,
  LogOut,
  MessageCircle,
  Mic,
  NotebookPen,
  Paperclip,
  Pause,
  Pencil,
  Pin,
  Play,
  Plus,
  RotateCcw,
  Search,
  Send,
  Server,
  Shield,
  Square,
  Sun,
  Tag,
  Trash2,
  Undo2,
  Upload,
  Users,
  Wrench,
  X,
} from 'lucide';
import { h } from 'preact';

const ICONS = {
  activity: Activity,
  agent: Bot,
  archive: Archive,
  bell: Bell,
  check: Check,
  clock: Clock,
  copy: Copy,
  down: ChevronDown,
  download: Download,
  earlier: ChevronLeft,
  file: FileText,
  key: KeyRound,
  later: ChevronRight,
  leave: LogOut,
  message: MessageCircle,
  mic: Mic,
  more: Ellipsis,
  newest: ArrowDown,
  notes: NotebookPen,
  open: ExternalLink,
  clip: Paperclip,
  pause: Pause,
  pencil: Pencil,
  pin: Pin,
  play: Play,
  plus: Plus,
  again: RotateCcw,
  schedule: CalendarClock,
  search: Search,
  send: Send,
  shield: Shield,
  server: Server,
  skills: Wrench,
  stop: Square,
  tag: Tag,
  today: Sun,
  trash: Trash2,
  undo: Undo2,
  upload: Upload,
  users: Users,
  x: X,
} as const;

export type IconName = keyof typeof ICONS;

/** Says nothing to a screen reader: the words beside it, or the label of its button, do. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg
      class="icon"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.75"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      {ICONS[name].map(([tag, attributes]) => h(tag, attributes))}
    </svg>
  );
}
