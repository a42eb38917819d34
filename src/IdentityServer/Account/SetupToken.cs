using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace IdentityServer.Account;

/// <summary>
/// What the console shows at start and <c>/setup</c> asks for: proof that one holds the server. Sealed rather than stored, so that
/// every node knows it; it lasts a day, and ends its use when there is an administrator.
/// </summary>
internal sealed class SetupToken(IDataProtectionProvider protection)
{
    private const string Meaning = "first administrator";
    private static readonly TimeSpan Life = TimeSpan.FromDays(1);

    private readonly ITimeLimitedDataProtector protector = protection.CreateProtector("IdentityServer.Setup").ToTimeLimitedDataProtector();

    /// <summary>A new token.</summary>
    public string Issue() => protector.Protect(Meaning, Life);

    /// <summary>Whether this is one of ours, and still good.</summary>
    public bool IsValid(string? presented)
    {
        if (presented is not { Length: > 0 and < 1024 })
        {
            return false;
        }

        try
        {
            return protector.Unprotect(presented) == Meaning;
        }
        catch (CryptographicException)
        {
            return false; // The framework has no other way to say that the seal is broken or too old.
        }
    }
}
