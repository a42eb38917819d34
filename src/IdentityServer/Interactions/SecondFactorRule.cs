using System.Text.Json;
using IdentityServer.Applications;
using IdentityServer.Protocol;
using IdentityServer.Sessions;
using IdentityServer.Users;

namespace IdentityServer.Interactions;

/// <summary>What is due of a person who has proved who they are.</summary>
public enum SecondFactorNeed
{
    /// <summary>Nothing more.</summary>
    None,

    /// <summary>A second factor, which they have.</summary>
    Prove,

    /// <summary>A second factor, which they have to set up first.</summary>
    SetUp,

    /// <summary>Something that nobody can prove here.</summary>
    Unreachable,
}

/// <summary>
/// Whether what somebody proved suffices for an application and a request: the only place that decides about second factors, for
/// pages and API alike.
/// </summary>
public static class SecondFactorRule
{
    /// <summary>What is due.</summary>
    /// <param name="application">The application; null where there is none, such as on a page of the server's own.</param>
    /// <param name="request">The authorize request; null without one.</param>
    /// <param name="user">Who.</param>
    /// <param name="amr">What they have proved.</param>
    /// <param name="trusted">Whether the person trusts this browser, and the application allows that to count.</param>
    public static SecondFactorNeed Of(Application? application, AuthorizeRequest? request, User user, string amr, bool trusted)
    {
        var essential = EssentialContext(request);
        if (essential is not null && !Acr.All.Any(essential.Accepts))
        {
            return SecondFactorNeed.Unreachable;
        }

        if (Amr.IsMultiFactor(amr))
        {
            return SecondFactorNeed.None;
        }

        // A trusted browser is no factor: it stands in for one only where the application's policy asks, not where the request does.
        if (essential?.Accepts(Acr.SingleFactor) == false)
        {
            return ProveOrSetUp(user);
        }

        if (user.TwoFactorEnabled && PrefersTwo(request))
        {
            return SecondFactorNeed.Prove;
        }

        return application?.Settings.MultiFactorConfiguration.LoginPolicy switch
        {
            MultiFactorLoginPolicy.Disabled => SecondFactorNeed.None,
            MultiFactorLoginPolicy.Required => user.TwoFactorEnabled && trusted ? SecondFactorNeed.None : ProveOrSetUp(user),
            _ => user.TwoFactorEnabled && !trusted ? SecondFactorNeed.Prove : SecondFactorNeed.None,
        };
    }

    private static SecondFactorNeed ProveOrSetUp(User user) => user.TwoFactorEnabled ? SecondFactorNeed.Prove : SecondFactorNeed.SetUp;

    // OpenID Connect Core §5.5.1.1: an essential acr that cannot be met is a failed authentication; a voluntary one is not.
    private static ClaimRequest? EssentialContext(AuthorizeRequest? request) =>
        request is not null && request.Claims.IdToken.TryGetValue(Claims.AuthenticationContext, out var wanted) && wanted.Essential ? wanted : null;

    // OpenID Connect Core §3.1.2.1: acr_values come in order of preference, as do the values of a voluntary claim.
    private static bool PrefersTwo(AuthorizeRequest? request)
    {
        if (request is null)
        {
            return false;
        }

        IEnumerable<string> wanted = request.Claims.IdToken.TryGetValue(Claims.AuthenticationContext, out var claim)
            ? claim.Values.Where(value => value.ValueKind is JsonValueKind.String).Select(value => value.GetString()!).Concat(request.AcrValues)
            : request.AcrValues;
        return wanted.FirstOrDefault(Acr.All.Contains) == Acr.MultiFactor;
    }
}
