using System.Text.Json.Nodes;
using IdentityServer.Factors;
using static IdentityServer.Api.Member;

namespace IdentityServer.Api;

/// <summary>A second factor on the wire (§11): what is shown, and how the OpenAPI document describes it.</summary>
internal static class TwoFactorMethodWire
{
    /// <summary>An authenticator app.</summary>
    public const string Authenticator = "authenticator";

    /// <summary>Codes by mail.</summary>
    public const string Email = "email";

    /// <summary>A factor.</summary>
    public static readonly ObjectShape Shape = Api.Shape.Object(
        "TwoFactorMethod",
        Shown("id", Api.Shape.Text),
        Shown("method", Api.Shape.Words(Authenticator, Email)),
        ShownIfSet("name", Api.Shape.Text),
        ShownIfSet("lastUsed", Api.Shape.Instant),
        ShownIfSet("email", Api.Shape.Text),
        ShownIfSet("authenticator", Api.Shape.Object(
            null, Shown("algorithm", Api.Shape.Words("HmacSHA1")), Shown("codeLength", Api.Shape.Whole), Shown("timeStep", Api.Shape.Whole))));

    /// <summary>A factor as it is shown; its secret is not.</summary>
    public static JsonObject Show(TwoFactorMethod method) => ApiJson.WithoutNulls(new()
    {
        ["id"] = method.Code,
        ["method"] = method.Kind is TwoFactorKind.Authenticator ? Authenticator : Email,
        ["name"] = method.Name,
        ["lastUsed"] = method.LastUsedAt?.ToUnixTimeMilliseconds(),
        ["email"] = method.Email,
        ["authenticator"] = method.Kind is TwoFactorKind.Authenticator
            ? new JsonObject { ["algorithm"] = "HmacSHA1", ["codeLength"] = Totp.Digits, ["timeStep"] = Totp.StepSeconds }
            : null,
    });
}
