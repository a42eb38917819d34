using System.Security.Cryptography;
using System.Text;
using IdentityServer.Authorizations;
using IdentityServer.Browsers;
using IdentityServer.Data;
using IdentityServer.Registrations;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace IdentityServer.Sessions;

/// <summary>A live session and the person in it.</summary>
public sealed record SignedIn(Session Session, User User);

/// <summary>Who is signed in, and what they are to one application and allowed it before.</summary>
public sealed record SignedInTo(SignedIn SignedIn, Registration? Registration, Consent? Consent);

/// <summary>A session that begins.</summary>
public sealed record NewSession
{
    /// <summary>What was proved.</summary>
    public required Proof Proof { get; init; }

    /// <summary>"Keep me signed in".</summary>
    public required bool Persistent { get; init; }

    /// <summary>The secret of the session that the browser had before. It ends if it is the same person's, and is another account of the browser if not.</summary>
    public string? PreviousSecret { get; init; }

    /// <summary>The secrets of the browser's other sessions, to which the same applies.</summary>
    public IReadOnlyList<string> OtherSecrets { get; init; } = [];

    /// <summary>
    /// The session whose holder added a second factor: it is one of this browser's, must be live, and its times go on.
    /// </summary>
    public Session? Raises { get; init; }

    /// <summary>What the browser will be known by, if it is to be.</summary>
    public string? Browser { get; init; }

    /// <summary>The browser's <c>User-Agent</c>.</summary>
    public string? UserAgent { get; init; }

    /// <summary>The browser's address.</summary>
    public string? Address { get; init; }

    /// <summary>The application that the person signs in to, if one asks.</summary>
    public Guid? ApplicationId { get; init; }
}

/// <summary>A session that began, the secret for its cookie, and those of the sessions that other people still have in the browser.</summary>
public sealed record StartedSession(Session Session, string Secret, IReadOnlyList<string> Others);

/// <summary>How sessions begin, are found and end.</summary>
public sealed class BrowserSessions(Database database, KnownBrowsers browsers, IOptions<ServerOptions> options, TimeProvider clock) : IUserAccess
{
    private const int MaxUserAgent = 256;
    private const int MaxSecret = 128;
    private const int SecretBytes = 32;

    // The last use is noted so rarely that a signed-in browser hardly ever writes.
    private static readonly TimeSpan LastSeenStep = TimeSpan.FromMinutes(5);

    private static readonly HotQuery<Func<ServerDbContext, byte[], DateTimeOffset, DateTimeOffset, Task<SignedIn?>>> BySecret = new(() => EF.CompileAsyncQuery(
        (ServerDbContext db, byte[] hash, DateTimeOffset now, DateTimeOffset idleSince) => (
            from session in db.Sessions
            join user in db.Users on session.UserId equals user.Id
            where session.SecretHash == hash
                && session.EndedAt == null && session.ExpiresAt > now && (session.Persistent || session.LastSeenAt > idleSince)
                && user.Active && (user.ExpiresAt == null || user.ExpiresAt > now)
            select new SignedIn(session, user)).FirstOrDefault()));

    // The same, and what every authorize request asks next, in one read: most of them find somebody signed in.
    private static readonly HotQuery<Func<ServerDbContext, byte[], Guid, DateTimeOffset, DateTimeOffset, Task<SignedInTo?>>> BySecretAndApplication = new(() => EF.CompileAsyncQuery(
        (ServerDbContext db, byte[] hash, Guid applicationId, DateTimeOffset now, DateTimeOffset idleSince) => (
            from session in db.Sessions
            join user in db.Users on session.UserId equals user.Id
            from registration in db.Registrations.Where(row => row.UserId == user.Id && row.ApplicationId == applicationId).DefaultIfEmpty()
            from consent in db.Consents.Where(row => row.UserId == user.Id && row.ApplicationId == applicationId).DefaultIfEmpty()
            where session.SecretHash == hash
                && session.EndedAt == null && session.ExpiresAt > now && (session.Persistent || session.LastSeenAt > idleSince)
                && user.Active && (user.ExpiresAt == null || user.ExpiresAt > now)
            select new SignedInTo(new SignedIn(session, user), registration, consent)).FirstOrDefault()));

    private TimeSpan Idle => TimeSpan.FromMinutes(options.Value.Sessions.IdleMinutes);

    /// <summary>The live session with this secret, of a person who may be signed in.</summary>
    public async Task<SignedIn?> FindAsync(string? secret, CancellationToken cancellation)
    {
        if (secret is not { Length: > 0 and <= MaxSecret })
        {
            return null;
        }

        cancellation.ThrowIfCancellationRequested();
        var now = clock.GetUtcNow();
        await using var db = database.Open();
        var found = await BySecret.On(db)(db, Hash(secret), now, now - Idle);
        if (found is not null)
        {
            await NoteUseAsync(found.Session, now, cancellation);
        }

        return found;
    }

    /// <summary>The same, with what the person is to an application.</summary>
    public async Task<SignedInTo?> FindAsync(string? secret, Guid applicationId, CancellationToken cancellation)
    {
        if (secret is not { Length: > 0 and <= MaxSecret })
        {
            return null;
        }

        cancellation.ThrowIfCancellationRequested();
        var now = clock.GetUtcNow();
        await using var db = database.Open();
        var found = await BySecretAndApplication.On(db)(db, Hash(secret), applicationId, now, now - Idle);
        if (found is not null)
        {
            await NoteUseAsync(found.SignedIn.Session, now, cancellation);
        }

        return found;
    }

    /// <summary>The live sessions with these secrets, in their order. To be looked at is not to be used: they grow no older life.</summary>
    public async Task<IReadOnlyList<SignedIn>> PeekAsync(IEnumerable<string> secrets, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var now = clock.GetUtcNow();
        List<SignedIn> found = [];
        await using var db = database.Open();
        foreach (var secret in secrets.Where(secret => secret.Length <= MaxSecret))
        {
            if (await BySecret.On(db)(db, Hash(secret), now, now - Idle) is { } live)
            {
                found.Add(live);
            }
        }

        return found;
    }

    /// <summary>
    /// Begins a session under a new id and secret, and ends the person's own that the browser had. Null: since the person proved who they
    /// are, they were shut out or their password was changed, or the session that was to be raised has ended.
    /// </summary>
    public Task<StartedSession?> StartAsync(NewSession wanted, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var secret = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes));
        var settings = options.Value.Sessions;
        var session = new Session
        {
            Id = Guid.CreateVersion7(now),
            SecretHash = Hash(secret),
            TenantId = wanted.Proof.User.TenantId,
            UserId = wanted.Proof.User.Id,
            AuthenticatedAt = wanted.Raises?.AuthenticatedAt ?? now,
            Amr = wanted.Proof.Amr,
            AuthenticationType = wanted.Proof.Type,
            Persistent = wanted.Persistent,
            LastSeenAt = now,
            LongestPauseSeconds = wanted.Raises?.LongestPauseSeconds ?? 0,
            ExpiresAt = wanted.Raises?.ExpiresAt ?? now + (wanted.Persistent ? TimeSpan.FromDays(settings.KeepSignedInDays) : TimeSpan.FromHours(settings.AbsoluteHours)),
            UserAgent = wanted.UserAgent is { Length: > MaxUserAgent } agent ? agent[..MaxUserAgent] : wanted.UserAgent,
            Address = wanted.Address,
        };
        return database.WriteAsync(
            async (db, token) =>
            {
                // Holds the person's row, so that shutting them out or changing the password comes before or after, not between.
                var (id, stamp) = (wanted.Proof.User.Id, wanted.Proof.User.SecurityStamp);
                if (await db.Users.Where(user => user.Id == id && user.Active && user.SecurityStamp == stamp)
                    .ExecuteUpdateAsync(set => set.SetProperty(user => user.SecurityStamp, user => user.SecurityStamp), token) == 0)
                {
                    return null;
                }

                var (replaced, others) = await ReplaceAsync(db, wanted, session, now, token);
                if (wanted.Raises is { } raised && !replaced.Contains(raised.Id))
                {
                    return null; // It was ended in another tab.
                }

                db.Sessions.Add(session);
                if (wanted.Raises is null)
                {
                    LoginRecord.Add(db, wanted.Proof, wanted.ApplicationId, wanted.Address, now);
                    if (wanted.Browser is { } browser)
                    {
                        await browsers.RememberAsync(db, wanted.Proof.User, browser, wanted.UserAgent, wanted.Address, now, token);
                    }
                }

                return new StartedSession(session, secret, others);
            },
            cancellation);
    }

    /// <summary>Ends a session and revokes the authorizations that were given in it. False: it had ended already.</summary>
    public Task<bool> EndAsync(Guid sessionId, CancellationToken cancellation) =>
        database.WriteAsync(
            async (db, token) =>
            {
                var ended = await EndAsync(db.Sessions.Where(row => row.Id == sessionId), clock.GetUtcNow(), token) == 1;
                if (ended)
                {
                    await AuthorizationAccess.RevokeOfSessionAsync(db, sessionId, token);
                }

                return ended;
            },
            cancellation);

    /// <inheritdoc/>
    Task IUserAccess.EndAsync(ServerDbContext db, Guid userId, Guid? applicationId, DateTimeOffset now, CancellationToken cancellation) =>
        applicationId is null // A session belongs to no single application.
            ? EndAsync(db.Sessions.Where(row => row.UserId == userId), now, cancellation)
            : Task.CompletedTask;

    // The same person again: what they allowed goes on under the new session. Somebody else's goes on beside it.
    private static async Task<(List<Guid> Replaced, List<string> Others)> ReplaceAsync(
        ServerDbContext db, NewSession wanted, Session next, DateTimeOffset now, CancellationToken token)
    {
        var (replaced, others) = (new List<Guid>(), new List<string>());
        foreach (var secret in (wanted.PreviousSecret is { } previous ? [previous] : Array.Empty<string>()).Concat(wanted.OtherSecrets))
        {
            var hash = Hash(secret);
            var known = await db.Sessions.AsNoTracking().SingleOrDefaultAsync(row => row.SecretHash == hash && row.EndedAt == null, token);
            if (known is null)
            {
                continue;
            }

            if (known.UserId != next.UserId)
            {
                others.Add(secret);
            }
            else if (await EndAsync(db.Sessions.Where(row => row.Id == known.Id), now, token) == 1)
            {
                await AuthorizationAccess.MoveToSessionAsync(db, known.Id, next.Id, token);
                replaced.Add(known.Id);
            }
        }

        return (replaced, others);
    }

    private static Task<int> EndAsync(IQueryable<Session> sessions, DateTimeOffset now, CancellationToken cancellation) =>
        sessions.Where(row => row.EndedAt == null).ExecuteUpdateAsync(set => set.SetProperty(row => row.EndedAt, now), cancellation);

    private async Task NoteUseAsync(Session session, DateTimeOffset now, CancellationToken cancellation)
    {
        var step = Idle / 4 < LastSeenStep ? Idle / 4 : LastSeenStep;
        if (session.LastSeenAt > now - step)
        {
            return;
        }

        var pause = (int)(now - session.LastSeenAt).TotalSeconds;
        await database.WriteAsync(
            (db, token) => db.Sessions.Where(row => row.Id == session.Id && row.LastSeenAt <= now - step)
                .ExecuteUpdateAsync(
                    set => set.SetProperty(row => row.LastSeenAt, now)
                        .SetProperty(row => row.LongestPauseSeconds, row => row.LongestPauseSeconds > pause ? row.LongestPauseSeconds : pause),
                    token),
            cancellation);
    }

    internal static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
