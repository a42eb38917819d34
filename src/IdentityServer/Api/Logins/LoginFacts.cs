using System.Net;
using System.Text.Json.Nodes;
using IdentityServer.Applications;
using IdentityServer.Sessions;

namespace IdentityServer.Api;

/// <summary>What a sign-in by the management API is about, beside who signs in (§10.1).</summary>
internal sealed record LoginFacts
{
    private const int MaxState = 4096;

    /// <summary>The application; null: none was named, and there are no tokens.</summary>
    public Application? Application { get; init; }

    /// <summary>Whether the caller wants no tokens.</summary>
    public bool NoJwt { get; init; }

    /// <summary>Whether the answer gives cookies: not to a page of another site, which could sign somebody in without their knowing.</summary>
    public bool Cookies { get; init; }

    /// <summary>What this device keeps from now on, as it is trusted.</summary>
    public string? NewTrustId { get; init; }

    /// <summary>What proves at another call that the second factor was given here.</summary>
    public string? TrustToken { get; init; }

    /// <summary>What a trusted device keeps.</summary>
    public string? TrustId { get; init; }

    /// <summary>What the caller wants back.</summary>
    public string? State { get; init; }

    /// <summary>Where the person is.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>What their device is called.</summary>
    public string? UserAgent { get; init; }

    /// <summary>
    /// Reads what every call of the family takes. Where the person is counts as the caller says only if the caller holds a key: it is
    /// what tries are counted by.
    /// </summary>
    public static LoginFacts Read(ApiRequest request, Application? application)
    {
        var body = request.Beside();
        var named = body.Text("ipAddress");
        return new()
        {
            Application = application,
            NoJwt = body.Flag("noJWT"),
            Cookies = request.Source is not RequestSource.Foreign,
            TrustId = request.Cookie(TokenCookies.Trust) ?? body.Text("twoFactorTrustId"),
            State = ReadState(request),
            Address = !request.Caller.IsNobody && IPAddress.TryParse(named, out var address) ? address : request.RemoteAddress,
            UserAgent = body.Section("metaData").Section("device").Text("description", JsonFields.Long) ?? request.UserAgent,
        };
    }

    /// <summary>What the caller wants back, as JSON; what is too long does not come back.</summary>
    public static string? ReadState(ApiRequest request) =>
        request.Beside() is var body && body.Has("state") && body.Free("state").ToJsonString() is { Length: <= MaxState } state ? state : null;

    /// <summary>The application that a body names; unknown and inactive ones are noted.</summary>
    public static Application? FindApplication(ApiRequest request, ApplicationCatalog applications)
    {
        if (request.Beside().Id("applicationId") is not { } id)
        {
            return null;
        }

        if (applications.Find(id) is { Active: true } found)
        {
            return found;
        }

        request.Errors.Add("applicationId", "invalid", "There is no application of this id, or it is deactivated.");
        return null;
    }

    /// <summary>What trusts a device, or proves a factor, never appears in a log.</summary>
    public override string ToString() => nameof(LoginFacts);

    /// <summary>The state as it came.</summary>
    public JsonNode? ShowState() => State is null ? null : JsonNode.Parse(State);
}
