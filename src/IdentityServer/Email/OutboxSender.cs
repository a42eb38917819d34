using IdentityServer.Audit;
using IdentityServer.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace IdentityServer.Email;

/// <summary>
/// Sends what waits in the outbox: at once when this node wrote it, and what others left behind. A mail is claimed by one statement,
/// so that of several nodes one sends it; the claim ends by itself, so that a node that dies loses nothing. A crash between sending
/// and noting it sends twice.
/// </summary>
internal sealed class OutboxSender(
    Database database, MailAvailability availability, SealedMails seals, MailSignal signal, IOptions<ServerOptions> options, TimeProvider clock, ILogger<OutboxSender> log)
    : BackgroundService
{
    private const int AtOnce = 32;
    private const int Parallel = 4;
    private const int MaxError = 512;
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    /// <summary>How long a mail is tried.</summary>
    internal static readonly TimeSpan GiveUpAfter = TimeSpan.FromHours(24);

    // When the server stops, what is under way may end; what does not is taken up again by another node, or at the next start.
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);

    // Longer than any try takes, or two nodes would try at the same time.
    private TimeSpan Claim => TimeSpan.FromSeconds(options.Value.Smtp.TimeoutSeconds + 60);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (availability.Transport is not { } transport)
        {
            return;
        }

        await WarnAsync(stoppingToken);
        using var sending = new CancellationTokenSource();
        await using var farewell = stoppingToken.Register(() => sending.CancelAfter(Farewell));
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await SendDueAsync(transport, sending.Token, stoppingToken) == 0)
                {
                    await signal.WaitAsync(Poll, stoppingToken);
                }
            }
#pragma warning disable CA1031 // Whatever it was: mails wait, and whoever sends them must go on.
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                log.OutboxUnreachable(exception);
                await Task.Delay(Poll, stoppingToken);
            }
        }
    }

    private async Task WarnAsync(CancellationToken stopping)
    {
        try
        {
            var dead = await database.ReadAsync((db, token) => db.Outbox.CountAsync(row => row.Status == MailStatus.Dead, token), stopping);
            if (dead > 0)
            {
                log.DeadMails(dead);
            }
        }
#pragma warning disable CA1031 // A warning less; the loop reports what is wrong.
        catch (Exception exception) when (!stopping.IsCancellationRequested)
#pragma warning restore CA1031
        {
            log.OutboxUnreachable(exception);
        }
    }

    // Returns how many were due.
    private async Task<int> SendDueAsync(IMailTransport transport, CancellationToken sending, CancellationToken stopping)
    {
        var now = clock.GetUtcNow();
        var due = await database.ReadAsync(
            (db, token) => db.Outbox.Where(row => row.Status == MailStatus.Waiting && row.DueAt <= now).OrderBy(row => row.DueAt).Take(AtOnce).ToListAsync(token),
            stopping);
        await System.Threading.Tasks.Parallel.ForEachAsync(
            due,
            new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = stopping },
            async (mail, _) => await SendAsync(transport, mail, sending));
        return due.Count;
    }

    private async Task SendAsync(IMailTransport transport, OutboxMail mail, CancellationToken sending)
    {
        if (!await TryClaimAsync(mail, sending))
        {
            return;
        }

        var keep = false;
        var delivery = MailDelivery.Refused("It could not be read: it was sealed with another key.");
        if (mail.Content is { } content && seals.Open(mail.Id, content) is { } opened)
        {
            try
            {
                keep = !(opened.UsefulUntil <= clock.GetUtcNow());
                delivery = keep ? await transport.SendAsync(mail.Id, opened, sending) : MailDelivery.Refused("Its link or code had expired.");
            }
            catch (OperationCanceledException) when (sending.IsCancellationRequested)
            {
                await GiveBackAsync(mail);
                return;
            }
        }

        await NoteAsync(mail, delivery, keep);
    }

    private async Task<bool> TryClaimAsync(OutboxMail mail, CancellationToken sending)
    {
        var now = clock.GetUtcNow();
        return await database.WriteAsync(
            (db, token) => db.Outbox
                .Where(row => row.Id == mail.Id && row.Status == MailStatus.Waiting && row.DueAt <= now)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.DueAt, now + Claim).SetProperty(row => row.Attempts, row => row.Attempts + 1), token),
            sending) == 1;
    }

    private async Task GiveBackAsync(OutboxMail mail)
    {
        var now = clock.GetUtcNow();
        await database.WriteAsync(
            (db, token) => db.Outbox
                .Where(row => row.Id == mail.Id && row.Status == MailStatus.Waiting)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.DueAt, now), token),
            CancellationToken.None);
    }

    private Task NoteAsync(OutboxMail mail, MailDelivery delivery, bool keep)
    {
        var (now, attempts) = (clock.GetUtcNow(), mail.Attempts + 1);
        var retryAt = now + PauseAfter(attempts);
        var status = delivery.Outcome switch
        {
            MailOutcome.Taken => MailStatus.Sent,
            MailOutcome.Failed when retryAt - mail.CreatedAt < GiveUpAfter => MailStatus.Waiting,
            _ => MailStatus.Dead,
        };
        var reason = delivery.Reason is { } text ? Cut(text) : null;
        switch (status)
        {
            case MailStatus.Sent:
                log.MailSent(mail.Id, mail.Template, attempts);
                break;
            case MailStatus.Waiting:
                log.MailDelayed(mail.Id, mail.Template, attempts, retryAt, reason);
                break;
            default:
                log.MailDead(mail.Id, mail.Template, attempts, reason);
                break;
        }

        return database.WriteAsync((db, token) => NoteAsync(db, mail, status, keep && status is MailStatus.Dead, reason, retryAt, now, token), CancellationToken.None);
    }

    private static async Task NoteAsync(
        ServerDbContext db, OutboxMail mail, MailStatus status, bool keep, string? reason, DateTimeOffset retryAt, DateTimeOffset now, CancellationToken token)
    {
        var waiting = db.Outbox.Where(row => row.Id == mail.Id && row.Status == MailStatus.Waiting);
        if (status is MailStatus.Waiting)
        {
            await waiting.ExecuteUpdateAsync(set => set.SetProperty(row => row.DueAt, retryAt).SetProperty(row => row.LastError, reason), token);
            return;
        }

        // Nobody needs its links and codes any more, unless it can be tried once more.
        var content = keep ? mail.Content : null;
        var noted = await waiting.ExecuteUpdateAsync(
            set => set.SetProperty(row => row.Status, status)
                .SetProperty(row => row.Content, content)
                .SetProperty(row => row.LastError, reason)
                .SetProperty(row => row.FinishedAt, now),
            token) == 1;
        if (noted && status is MailStatus.Dead)
        {
            var data = new Dictionary<string, string> { ["mailId"] = mail.Id.ToString(), ["template"] = mail.Template, ["error"] = reason ?? string.Empty };
            if (mail.UserId is { } user)
            {
                data["userId"] = user.ToString();
            }

            AuditLog.Add(db, AuditLog.System, "A mail was given up", data, now);
        }
    }

    // Twice as long each time, up to an hour, and never all at the same moment.
    private static TimeSpan PauseAfter(int attempts)
    {
        var pause = FirstPause * Math.Pow(2, Math.Min(attempts - 1, 20));
#pragma warning disable CA5394 // Spreads load; nothing secret hangs on it.
        return (pause < LongestPause ? pause : LongestPause) * (0.8 + (0.4 * Random.Shared.NextDouble()));
#pragma warning restore CA5394
    }

    private static string Cut(string text)
    {
        var line = string.Concat(text.Select(one => char.IsControl(one) ? ' ' : one));
        return line.Length <= MaxError ? line : line[..MaxError];
    }
}
