using IdentityServer.Applications;
using IdentityServer.Protocol;

namespace IdentityServer.Tokens;

/// <summary>The resources of one access token (RFC 8707 §2.2): of those that were granted, the ones that are asked for.</summary>
internal static class GrantedResources
{
    /// <summary>The resources, none meaning the client itself; or invalid_target.</summary>
    public static OAuthResult<IReadOnlyList<string>> Narrow(IReadOnlyList<string> requested, string? granted, Application application)
    {
        if (application.Client.CheckResources(requested) is { } error)
        {
            return error;
        }

        string[] all = granted?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        var wanted = application.Client.NarrowResources(requested);
        return wanted.Count == 0 ? all
            : all.Length == 0 || wanted.All(all.Contains) ? wanted.ToArray()
            : OAuthError.UnknownResource.Because("not granted at the authorization endpoint");
    }
}
