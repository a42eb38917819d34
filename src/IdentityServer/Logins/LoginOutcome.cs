using System.Net;
using IdentityServer.Applications;
using IdentityServer.Users;

namespace IdentityServer.Logins;

/// <summary>An attempt to sign in with a password.</summary>
/// <param name="LoginId">E-mail address or user name as typed.</param>
/// <param name="Password">The password as typed.</param>
/// <param name="Application">The application that the person wants to get into, if any.</param>
/// <param name="Address">Where the attempt comes from, as the connection or a trusted proxy says; failures count against it.</param>
/// <param name="Browser">What the browser is known by, if it is.</param>
public sealed record LoginAttempt(string LoginId, string Password, Application? Application, IPAddress? Address, string? Browser = null);

/// <summary>How an attempt to sign in ended. Each front door puts it in its own words.</summary>
public abstract record LoginOutcome
{
    private LoginOutcome()
    {
    }

    /// <summary>
    /// Who has proved who they are; null: nobody. Whoever must change the password first is asked to in their session, which opens
    /// nothing until then.
    /// </summary>
    public static User? WhoIsIn(LoginOutcome outcome) => outcome switch
    {
        SignedIn { User: var user } => user,
        PasswordChangeRequired { User: var user } => user,
        _ => null,
    };

    /// <summary>The person proved who they are.</summary>
    public sealed record SignedIn(User User) : LoginOutcome;

    /// <summary>
    /// Nobody of that name, another password, or an account that is locked for a while: not told apart, and equally slow.
    /// </summary>
    public sealed record WrongCredentials : LoginOutcome;

    /// <summary>The password was right and the account is deactivated.</summary>
    public sealed record Disabled(User User) : LoginOutcome;

    /// <summary>The password was right and the account has expired.</summary>
    public sealed record Expired(User User) : LoginOutcome;

    /// <summary>The password was right and must be changed first.</summary>
    public sealed record PasswordChangeRequired(User User) : LoginOutcome;

    /// <summary>Too many people are signing in; nothing was checked (503).</summary>
    public sealed record Busy(TimeSpan RetryAfter) : LoginOutcome;

    /// <summary>Too many failures from this address; nothing was checked (429).</summary>
    public sealed record Throttled(TimeSpan RetryAfter) : LoginOutcome;
}
