using IdentityServer.Applications;
using IdentityServer.Protocol;
using IdentityServer.Sessions;
using IdentityServer.Users;

namespace IdentityServer.Tokens;

/// <summary>All that an authorization code stands for.</summary>
public sealed record CodeIssue
{
    /// <summary>The application that asked.</summary>
    public required Application Application { get; init; }

    /// <summary>The person who allowed it.</summary>
    public required User User { get; init; }

    /// <summary>The session it happened in.</summary>
    public required Session Session { get; init; }

    /// <summary>The request, checked.</summary>
    public required AuthorizeRequest Request { get; init; }

    /// <summary>What is granted.</summary>
    public required ScopeSet Scopes { get; init; }

    /// <summary>The resources that become the audience; none means the client.</summary>
    public required IReadOnlyList<string> Resources { get; init; }

    /// <summary>Whether the person is to be registered in the application with its default roles.</summary>
    public required bool Register { get; init; }

    /// <summary>Whether the consent is remembered.</summary>
    public required bool RememberConsent { get; init; }
}
