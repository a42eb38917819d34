using System.Runtime.ExceptionServices;
using System.Text.Json.Nodes;
using IdentityServer.Audit;
using IdentityServer.Data;
using IdentityServer.Themes;
using IdentityServer.Tokens;
using IdentityServer.Users;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Passkeys;

/// <summary>An assertion that holds. It counts when <see cref="PasskeyCeremonies.SpendAsync"/> says so, and not before.</summary>
/// <param name="User">Whose passkey it is.</param>
/// <param name="Passkey">The passkey as it was before.</param>
/// <param name="Challenge">What the answered challenge stands for.</param>
/// <param name="UserVerified">Whether the authenticator made sure who holds it.</param>
/// <param name="Response">What it answered.</param>
public sealed record VerifiedAssertion(User User, Passkey Passkey, PasskeyChallenge Challenge, bool UserVerified, PasskeyResponse Response);

/// <summary>A registration that holds, not stored yet.</summary>
public sealed record VerifiedRegistration(Passkey Passkey, PasskeyChallenge Challenge, PasskeyResponse Response);

/// <summary>
/// The two ceremonies of WebAuthn §7. A challenge is answered once: its hash is stored in the transaction in which the answer takes
/// effect, and a second one fails on it, on any node.
/// </summary>
public sealed class PasskeyCeremonies(
    Database database, Lazy<IPasskeyHandler<User>> handler, PasskeyChallenges challenges, SecurityNotices notices, TimeProvider clock, ILogger<PasskeyCeremonies> log)
{
    private const int MaxPasskeys = 50;
    private const int MaxName = 191;
    private const int MaxUserAgent = 256;

    /// <summary>The one thing that is said of an answer that does not hold.</summary>
    public static FieldErrors Refused() => new FieldErrors().AddGeneral("InvalidWebAuthnAuthenticatorResponse", "The passkey was not accepted.");

    /// <summary>
    /// Checks an assertion (§7.2). <paramref name="expected"/> says whether its challenge was made for this. Null: it does not hold.
    /// </summary>
    public async Task<VerifiedAssertion?> CheckAsync(PasskeyResponse response, Func<PasskeyChallenge, bool> expected, CancellationToken cancellation)
    {
        if (response.IsRegistration || challenges.Open(response.Challenge) is not { } challenge || !expected(challenge))
        {
            log.Refused("the challenge is not one that was made for this");
            return null;
        }

        // §7.2 steps 5–22. The request is an empty one: nothing in the real one may decide anything.
        var result = await handler.Value.PerformAssertionAsync(new PasskeyAssertionContext
        {
            HttpContext = new DefaultHttpContext(),
            CredentialJson = response.ToJson(),
            AssertionState = State(response, ("userId", challenge.UserId is { } id ? PasskeyOptions.UserHandle(id) : null)),
        });
        cancellation.ThrowIfCancellationRequested();
        if (!result.Succeeded)
        {
            Throw(result.Failure);
            log.Refused(result.Failure.Message);
            return null;
        }

        var passkey = await database.ReadAsync(
            (db, token) => db.Passkeys.FirstOrDefaultAsync(row => row.CredentialId == response.CredentialId && row.UserId == result.User.Id, token), cancellation);
        var verified = Attestation.IsUserVerified(response.AuthenticatorData!);
        if (passkey is null || (challenge.PasskeyId is { } wanted && wanted != passkey.Id) || (challenge.MustVerify && !verified))
        {
            log.Refused("another passkey, or a verified user, was asked for");
            return null;
        }

        return new VerifiedAssertion(result.User, passkey, challenge, verified, response);
    }

    /// <summary>
    /// Lets an assertion count, once: spends its challenge, moves the passkey's counter on, and does what follows from it, in one
    /// transaction. False: somebody else was faster, or <paramref name="effect"/> said no.
    /// </summary>
    public async Task<bool> SpendAsync(
        VerifiedAssertion verified, Func<ServerDbContext, DateTimeOffset, CancellationToken, Task<bool>> effect, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        long count = Attestation.SignCount(verified.Response.AuthenticatorData!);
        var backedUp = Attestation.IsBackedUp(verified.Response.AuthenticatorData!);
        return await OnceAsync(
            verified.Response,
            verified.Challenge,
            async (db, token) =>
            {
                // §7.2 step 22 once more, in the statement that stores the counter: of two clones at once, one gets in.
                var moved = await db.Passkeys
                    .Where(row => row.Id == verified.Passkey.Id && (row.SignCount < count || (row.SignCount == 0 && count == 0)))
                    .ExecuteUpdateAsync(
                        set => set.SetProperty(row => row.SignCount, count).SetProperty(row => row.BackedUp, backedUp).SetProperty(row => row.LastUsedAt, now),
                        token) == 1;
                return moved && await effect(db, now, token);
            },
            cancellation);
    }

    /// <summary>Checks a registration (§7.1) for the person whom its challenge names. Null: it does not hold.</summary>
    public async Task<VerifiedRegistration?> CheckRegistrationAsync(
        PasskeyResponse response, Func<PasskeyChallenge, bool> expected, CancellationToken cancellation)
    {
        if (!response.IsRegistration || challenges.Open(response.Challenge) is not { UserId: { } userId } challenge || !expected(challenge))
        {
            log.Refused("the challenge is not one that was made for this");
            return null;
        }

        // §7.1 steps 5–20 and 25–27.
        var user = new JsonObject { ["id"] = PasskeyOptions.UserHandle(userId), ["name"] = string.Empty, ["displayName"] = string.Empty };
        var result = await handler.Value.PerformAttestationAsync(new PasskeyAttestationContext
        {
            HttpContext = new DefaultHttpContext(),
            CredentialJson = response.ToJson(),
            AttestationState = State(response, ("userEntity", user)),
        });
        cancellation.ThrowIfCancellationRequested();
        if (!result.Succeeded)
        {
            Throw(result.Failure);
            log.Refused(result.Failure.Message);
            return null;
        }

        var found = result.Passkey;
        if (Attestation.Parse(response.AttestationObject!) is not { } attestation
            || CoseKey.Parse(found.PublicKey) is not { } key
            || !attestation.Holds(key, response.ClientData)
            || (challenge.MustVerify && !found.IsUserVerified))
        {
            log.Refused("the attestation is not one that we take, or a verified user was asked for");
            return null;
        }

        var now = clock.GetUtcNow();
        return new VerifiedRegistration(
            new Passkey
            {
                Id = Guid.CreateVersion7(now),
                CredentialId = found.CredentialId,
                UserId = userId,
                Name = Cut(challenge.Name, MaxName) ?? PasskeyNames.Suggest(attestation.Aaguid, challenge.UserAgent),
                PublicKey = found.PublicKey,
                SignCount = found.SignCount,
                Transports = response.Transports.Count == 0 ? null : string.Join(' ', response.Transports),
                UserVerified = found.IsUserVerified,
                BackupEligible = found.IsBackupEligible,
                BackedUp = found.IsBackedUp,
                Discoverable = response.Discoverable,
                AttestationObject = response.AttestationObject!,
                ClientDataJson = response.ClientData,
                UserAgent = Cut(challenge.UserAgent, MaxUserAgent),
                CreatedAt = now,
            },
            challenge,
            response);
    }

    /// <summary>
    /// Stores a new passkey and spends its challenge. False: somebody else was faster with either, the person was shut out, or has
    /// more passkeys than anybody needs. They are told by mail, with <paramref name="network"/>, where it came from.
    /// </summary>
    public Task<bool> StoreAsync(VerifiedRegistration verified, string actor, string? network, CancellationToken cancellation) => OnceAsync(
        verified.Response,
        verified.Challenge,
        async (db, token) =>
        {
            // Holds the person's row, so that shutting them out comes before or after, and the passkeys are counted one by one.
            var passkey = verified.Passkey;
            if (await db.Users.Where(user => user.Id == passkey.UserId && user.Active)
                    .ExecuteUpdateAsync(set => set.SetProperty(user => user.SecurityStamp, user => user.SecurityStamp), token) == 0
                || await db.Passkeys.CountAsync(row => row.UserId == passkey.UserId, token) >= MaxPasskeys)
            {
                return false;
            }

            db.Passkeys.Add(passkey);
            AuditLog.Add(db, actor, "passkey registered", PasskeyStore.Data(passkey.UserId, passkey.Id), passkey.CreatedAt);
            var user = await db.Users.AsNoTracking().SingleAsync(row => row.Id == passkey.UserId, token);
            await notices.QueueAsync(db, user, NoticeKind.PasskeyAdded, DeviceView.Of(passkey.UserAgent).Words, network, token);
            return true;
        },
        cancellation);

    // What the framework's checks were told at the beginning of the ceremony. That its names are these is tested with every answer.
    private static string State(PasskeyResponse response, (string Name, JsonNode? Value) more) => new JsonObject
    {
        ["challenge"] = Convert.ToBase64String(response.Challenge),
        [more.Name] = more.Value,
    }.ToJsonString();

    // The framework wraps every failure; a database that is gone is not the passkey's fault.
    private static void Throw(Exception failure)
    {
        if (failure.InnerException is { } inner && DatabaseErrors.IsUnavailable(inner))
        {
            ExceptionDispatchInfo.Throw(inner);
        }
    }

    private async Task<bool> OnceAsync(
        PasskeyResponse response, PasskeyChallenge challenge, Func<ServerDbContext, CancellationToken, Task<bool>> effect, CancellationToken cancellation)
    {
        try
        {
            return await database.WriteAsync(
                async (db, token) =>
                {
                    if (!await effect(db, token))
                    {
                        return false;
                    }

                    SpentAssertions.Add(db, response.Challenge, challenge.ExpiresAt);
                    return true;
                },
                cancellation);
        }
        catch (DbUpdateException exception) when (DatabaseErrors.IsDuplicate(exception, out _))
        {
            log.Refused("the challenge was answered before, or the passkey is registered already");
            return false;
        }
    }

    private static string? Cut(string? text, int max) => string.IsNullOrWhiteSpace(text) ? null : text.Length > max ? text[..max] : text;
}
