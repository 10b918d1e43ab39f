# Carries each connection to the proxy of a container that has no network over stdin and stdout, and what a program that
# it starts says on its pipe (Chromium's debugging pipe). src/sandbox/relay.ts is the other end and says what the frames are.
# Perl, because every Debian has it. Arguments: the port of the proxy, and the program with its arguments, if there is one.
use strict;
use warnings;
use Errno qw(EAGAIN EINTR);
use IO::Handle;
use IO::Socket::INET;
use POSIX ();

use constant { SENT => 0, OPENED => 1, ENDED => 2, CLOSED => 3, GRANTED => 4 };
use constant { PIPE => 0, GRANT => 262_144, PIECE => 65_536, LONGEST_OUT => 1_048_576, MOST => 256 };

$SIG{PIPE} = 'IGNORE';
my ($port, @program) = @ARGV;
my $listener = IO::Socket::INET->new(Listen => 128, LocalAddr => '127.0.0.1', LocalPort => $port)
    or die "the relay cannot listen: $!\n";

# Each stream: where it is read from and written to, what waits to be written, and how much may be sent of it.
my %streams = @program ? (PIPE, stream(start(@program))) : ();
# The first frame grants nothing: it says that there is a listener.
my ($in, $out, $next, $has_begun) = ('', pack('CNNN', GRANTED, PIPE, 4, 0), 1, 0);
quiet($_) for \*STDIN, \*STDOUT, $listener;

while (1) {
    my ($read, $write) = ('', '');
    vec($read, fileno(STDIN), 1) = 1;
    vec($write, fileno(STDOUT), 1) = 1 if $out ne '';
    vec($read, fileno($listener), 1) = 1 if keys %streams <= MOST;
    for my $stream (values %streams) {
        vec($read, fileno($stream->{from}), 1) = 1 if may_read($stream);
        vec($write, fileno($stream->{to}), 1) = 1 if $stream->{waits} ne '';
    }
    my $ready = select($read, $write, undef, undef);
    next if $ready < 0 && $! == EINTR;
    die "the relay cannot wait: $!\n" if $ready < 0;
    written(\*STDOUT, \$out) if $out ne '' && vec($write, fileno(STDOUT), 1);
    hear() if vec($read, fileno(STDIN), 1);
    accept_one() if vec($read, fileno($listener), 1);
    for my $id (keys %streams) {
        my $stream = $streams{$id} or next;
        flush_to($id, $stream) if $stream->{waits} ne '' && vec($write, fileno($stream->{to}), 1);
        next unless $streams{$id};
        read_from($id, $stream) if may_read($stream) && vec($read, fileno($stream->{from}), 1);
    }
}

# Starts the program with its pipe as its file descriptors 3 and 4; what it prints goes to stderr.
sub start {
    my @command = @_;
    pipe(my $child_in, my $to) or die "no pipe: $!\n";
    pipe(my $from, my $child_out) or die "no pipe: $!\n";
    my $pid = fork() // die "no process: $!\n";
    if ($pid == 0) {
        # The listener holds 3, so neither is that already, and 4 can only be the one that has been moved by then.
        POSIX::dup2(fileno($child_in), 3);
        POSIX::dup2(fileno($child_out), 4);
        POSIX::dup2(2, 1);
        open(STDIN, '<', '/dev/null');
        exec { $command[0] } @command or print STDERR "$command[0] cannot be started: $!\n";
        POSIX::_exit(127);
    }
    close $child_in;
    close $child_out;
    return ($from, $to);
}

sub stream {
    my ($from, $to) = @_;
    quiet($_) for $from, $to;
    return { from => $from, to => $to, waits => '', credit => GRANT, owed => 0, has_ended => 0, is_ending => 0 };
}

sub quiet { $_[0]->blocking(0); binmode $_[0] }

sub may_read { return !$_[0]{has_ended} && $_[0]{credit} > 0 && length($out) < LONGEST_OUT }

sub say_frame {
    my ($type, $id, $payload) = @_;
    $out .= pack('CNN', $type, $id, length $payload) . $payload;
}

sub written {
    my ($handle, $text) = @_;
    my $count = syswrite($handle, $$text);
    if (!defined $count) {
        return 0 if $! == EAGAIN || $! == EINTR;
        return -1;
    }
    substr($$text, 0, $count) = '';
    return $count;
}

# What coda says. Its end is the end of all.
sub hear {
    my $count = sysread(STDIN, $in, PIECE, length $in);
    return if !defined $count && ($! == EAGAIN || $! == EINTR);
    exit 0 unless $count;
    # What was left of the request that attached it ends with the first line.
    $has_begun = 1 if !$has_begun && $in =~ s/^[^\n]*\n//;
    while ($has_begun && length $in >= 9) {
        my ($type, $id, $length) = unpack('CNN', $in);
        last if length $in < 9 + $length;
        my $payload = substr($in, 9, $length);
        substr($in, 0, 9 + $length) = '';
        # It may be closed already.
        my $stream = $streams{$id} or next;
        if ($type == SENT) { $stream->{waits} .= $payload; flush_to($id, $stream) }
        elsif ($type == GRANTED) { $stream->{credit} += unpack('N', $payload) }
        elsif ($type == ENDED) { $stream->{is_ending} = 1; flush_to($id, $stream) }
        elsif ($type == CLOSED) { exit 0 if $id == PIPE; drop($id) }
    }
}

sub flush_to {
    my ($id, $stream) = @_;
    if ($stream->{waits} ne '') {
        my $count = written($stream->{to}, \$stream->{waits});
        return broken($id) if $count < 0;
        $stream->{owed} += $count;
        if ($stream->{owed} >= GRANT / 4) {
            say_frame(GRANTED, $id, pack('N', $stream->{owed}));
            $stream->{owed} = 0;
        }
    }
    return if $stream->{waits} ne '' || !$stream->{is_ending};
    return exit 0 if $id == PIPE;
    shutdown($stream->{to}, 1);
    drop($id) if $stream->{has_ended};
}

sub read_from {
    my ($id, $stream) = @_;
    my $most = $stream->{credit} < PIECE ? $stream->{credit} : PIECE;
    my $count = sysread($stream->{from}, my $bytes, $most);
    if (!defined $count) {
        broken($id) unless $! == EAGAIN || $! == EINTR;
        return;
    }
    if ($count == 0) {
        return broken($id) if $id == PIPE;
        $stream->{has_ended} = 1;
        say_frame(ENDED, $id, '');
        drop($id) if $stream->{is_ending} && $stream->{waits} eq '';
        return;
    }
    $stream->{credit} -= $count;
    say_frame(SENT, $id, $bytes);
}

sub accept_one {
    my $socket = $listener->accept or return;
    my $id = $next++;
    $streams{$id} = stream($socket, $socket);
    say_frame(OPENED, $id, '');
}

sub broken {
    my ($id) = @_;
    # The program has ended, and the container with it.
    exit 1 if $id == PIPE;
    say_frame(CLOSED, $id, '');
    drop($id);
}

sub drop { my ($id) = @_; my $stream = delete $streams{$id}; close $stream->{from} if $stream }
