using System.Net;
using IdentityServer.Applications;
using IdentityServer.Audit;
using IdentityServer.Passkeys;
using IdentityServer.Sessions;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Logins;

/// <summary>An attempt to sign in with a passkey.</summary>
/// <param name="Response">What the authenticator answered; null: nothing that could be read.</param>
/// <param name="Expected">Whether the answered challenge was made for this attempt.</param>
/// <param name="Application">The application that the person wants to get into, if any.</param>
/// <param name="Address">Where the attempt comes from; failures count against it.</param>
public sealed record PasskeyAttempt(PasskeyResponse? Response, Func<PasskeyChallenge, bool> Expected, Application? Application, IPAddress? Address);

/// <summary>
/// Signing in with a passkey. A lock against the guessing of passwords does not count here: nobody guesses a passkey, and its owner
/// must get in while strangers try passwords.
/// </summary>
public sealed class PasskeyLogin(PasskeyCeremonies ceremonies, AddressBrake brake, ILogger<PasskeyLogin> log)
{
    private static readonly LoginOutcome Wrong = new LoginOutcome.WrongCredentials();

    /// <summary>
    /// Methods that a passkey proves: a key, and, where the authenticator made sure who holds it, a second factor, finger, face or
    /// PIN (NIST SP 800-63B §3.1.6).
    /// </summary>
    public static string AmrOf(bool userVerified) =>
        userVerified ? $"{Amr.ProofOfPossession} {Amr.UserVerified} {Amr.MultiFactor}" : Amr.ProofOfPossession;

    /// <summary>Checks the passkey and everything else that must hold, spends the challenge, records a success.</summary>
    public async Task<PasskeyLoginOutcome> AttemptAsync(PasskeyAttempt attempt, CancellationToken cancellation)
    {
        if (!brake.TryCharge(attempt.Address, out var retryAfter))
        {
            log.Throttled(attempt.Address);
            return new(new LoginOutcome.Throttled(retryAfter));
        }

        var outcome = await CheckAsync(attempt, cancellation);
        if (outcome.Outcome is not LoginOutcome.WrongCredentials)
        {
            brake.PayBack(attempt.Address);
        }

        return outcome;
    }

    private async Task<PasskeyLoginOutcome> CheckAsync(PasskeyAttempt attempt, CancellationToken cancellation)
    {
        if (attempt.Response is null || await ceremonies.CheckAsync(attempt.Response, attempt.Expected, cancellation) is not { } verified)
        {
            log.WrongPasskey(attempt.Address);
            return new(Wrong);
        }

        var user = verified.User;
        LoginOutcome? barred = null;
        var counted = await ceremonies.SpendAsync(
            verified,
            async (db, now, token) =>
            {
                barred = !user.Active ? new LoginOutcome.Disabled(user) : user.ExpiresAt <= now ? new LoginOutcome.Expired(user) : null;
                if (barred is not null)
                {
                    return true; // The passkey was right; so its owner may learn why not. The challenge is spent all the same.
                }

                // Holds only if the person was not shut out meanwhile.
                if (await db.Users.Where(row => row.Id == user.Id && row.Active)
                    .ExecuteUpdateAsync(set => set.SetProperty(row => row.LastLoginAt, now), token) == 0)
                {
                    return false;
                }

                if (attempt.Application is { Id: var applicationId })
                {
                    await db.Registrations.Where(row => row.UserId == user.Id && row.ApplicationId == applicationId)
                        .ExecuteUpdateAsync(set => set.SetProperty(row => row.LastLoginAt, now), token);
                }

                AuditLog.Add(db, AuditLog.User(user.Id), "signed in with a passkey", Data(verified, attempt), now);
                return true;
            },
            cancellation);
        switch (counted ? barred : Wrong)
        {
            case LoginOutcome.Disabled disabled:
                log.RefusedDisabled(user.Id, attempt.Address);
                return new(disabled);
            case LoginOutcome.Expired expired:
                log.RefusedExpired(user.Id, attempt.Address);
                return new(expired);
            case { } wrong:
                log.WrongPasskey(attempt.Address);
                return new(wrong);
            default:
                log.SignedIn(user.Id, attempt.Application?.Id, attempt.Address);
                return new(new LoginOutcome.SignedIn(user), new Proof(user, AuthenticationType.WebAuthn, AmrOf(verified.UserVerified)));
        }
    }

    private static Dictionary<string, string> Data(VerifiedAssertion verified, PasskeyAttempt attempt)
    {
        var data = new Dictionary<string, string> { ["passkeyId"] = verified.Passkey.Id.ToString() };
        if (attempt.Application is { } application)
        {
            data["applicationId"] = application.IdText;
        }

        if (attempt.Address is { } address)
        {
            data["address"] = address.ToString();
        }

        return data;
    }
}

/// <summary>How it ended, and, signed in, what was proved.</summary>
public sealed record PasskeyLoginOutcome(LoginOutcome Outcome, Proof? Proof = null);
