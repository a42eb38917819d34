using IdentityServer.Users;

namespace IdentityServer.Factors;

/// <summary>What came of a code.</summary>
public abstract record FactorOutcome
{
    private FactorOutcome()
    {
    }

    /// <summary>It was right, and is spent.</summary>
    /// <param name="Amr">The method, a word of <see cref="Sessions.Amr"/>.</param>
    /// <param name="ByRecoveryCode">Whether it was a recovery code.</param>
    /// <param name="CodesLeft">How many recovery codes are left.</param>
    public sealed record Right(string Amr, bool ByRecoveryCode, int CodesLeft) : FactorOutcome;

    /// <summary>It was wrong, or spent before.</summary>
    public sealed record Wrong : FactorOutcome;

    /// <summary>Nothing was checked: too many were wrong.</summary>
    public sealed record Wait(TimeSpan RetryAfter) : FactorOutcome;

    /// <summary>Nothing was checked: the person was shut out, or a credential changed, since they proved the first factor.</summary>
    public sealed record Stale : FactorOutcome;
}

/// <summary>A second factor that was added.</summary>
/// <param name="User">The person as they are now; half-done sign-ins from before are worth nothing any more.</param>
/// <param name="Method">The factor.</param>
/// <param name="RecoveryCodes">Recovery codes, if these are the first; nobody can read them again.</param>
public sealed record AddedFactor(User User, TwoFactorMethod Method, IReadOnlyList<string>? RecoveryCodes);
