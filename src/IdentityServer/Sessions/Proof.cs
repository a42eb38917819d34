using IdentityServer.Protocol;
using IdentityServer.Users;

namespace IdentityServer.Sessions;

/// <summary>How somebody came in: claim <c>authenticationType</c> (§3.4 of the compatibility notes).</summary>
public enum AuthenticationType
{
    /// <summary>With a password.</summary>
    Password,

    /// <summary>By a link or code that was mailed.</summary>
    Passwordless,

    /// <summary>By having just registered.</summary>
    Registration,

    /// <summary>With a passkey.</summary>
    WebAuthn,

    /// <summary>With the one-time password that a change of the password gives.</summary>
    OneTimePassword,
}

/// <summary>What somebody has proved: who they are, and by what.</summary>
/// <param name="User">Who, as read when they proved it.</param>
/// <param name="Type">How they came in.</param>
/// <param name="Amr">By what: words of <see cref="Sessions.Amr"/>, space-separated.</param>
public sealed record Proof(User User, AuthenticationType Type, string Amr)
{
    /// <summary>The e-mail address or user name that they typed for it; null: nothing was typed.</summary>
    public string? LoginId { get; init; }
}

/// <summary>Ways in, on the wire.</summary>
public static class AuthenticationTypes
{
    /// <summary>The value of claim <c>authenticationType</c>.</summary>
    public static string ToWire(this AuthenticationType type) => type switch
    {
        AuthenticationType.Password => "PASSWORD",
        AuthenticationType.Passwordless => "PASSWORDLESS",
        AuthenticationType.Registration => "REGISTRATION",
        AuthenticationType.WebAuthn => "WEBAUTHN",
        _ => "ONE_TIME_PASSWORD",
    };
}

/// <summary>Authentication methods (RFC 8176 §2), as they stand in the claim <c>amr</c>.</summary>
public static class Amr
{
    /// <summary>A password.</summary>
    public const string Password = "pwd";

    /// <summary>A code of an authenticator app, or a recovery code.</summary>
    public const string OneTimePassword = "otp";

    /// <summary>A link or code that was mailed. RFC 8176 has no word for it.</summary>
    public const string Email = "email";

    /// <summary>Possession of a key: a passkey.</summary>
    public const string ProofOfPossession = "pop";

    /// <summary>The authenticator made sure who holds it, by finger, face or PIN.</summary>
    public const string UserVerified = "user";

    /// <summary>More than one factor.</summary>
    public const string MultiFactor = "mfa";

    /// <summary>Whether the methods are more than one factor.</summary>
    public static bool IsMultiFactor(string amr) => amr.Split(' ').Contains(MultiFactor);

    /// <summary>Whether a method is among them.</summary>
    public static bool Has(string amr, string method) => amr.Split(' ').Contains(method);

    /// <summary>Adds a second factor to what was proved before.</summary>
    public static string WithSecondFactor(string amr, string method) =>
        string.Join(' ', amr.Split(' ').Append(method).Append(MultiFactor).Distinct());
}

/// <summary>
/// Authentication context classes, claim <c>acr</c>: levels of ISO/IEC 29115, as OpenID Connect Core §2 names them.
/// </summary>
public static class Acr
{
    /// <summary>One factor.</summary>
    public const string SingleFactor = "1";

    /// <summary>Two factors.</summary>
    public const string MultiFactor = "2";

    /// <summary>All classes, as discovery names them.</summary>
    public static readonly IReadOnlyList<string> All = [SingleFactor, MultiFactor];

    /// <summary>The class that the methods reach.</summary>
    public static string Of(string amr) => Amr.IsMultiFactor(amr) ? MultiFactor : SingleFactor;

    /// <summary>
    /// The class that a token names: what the methods reach, or, where a request will only hear of one factor, that; who proved two
    /// proved one (OpenID Connect Core §5.5.1.1: the value must match what was asked for).
    /// </summary>
    public static string Of(string amr, AuthorizeRequest request)
    {
        var reached = Of(amr);
        return request.Claims.IdToken.TryGetValue(Claims.AuthenticationContext, out var wanted) && wanted.Essential
            && !wanted.Accepts(reached) && wanted.Accepts(SingleFactor) ? SingleFactor : reached;
    }
}
