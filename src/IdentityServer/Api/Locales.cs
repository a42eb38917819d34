using System.Text.Json.Nodes;

namespace IdentityServer.Api;

/// <summary>Locales on the wire: <c>en-US</c> and <c>en_US</c> are taken, <c>en_US</c> is shown (§1.2). Stored is what OpenID's claim wants, <c>en-US</c>.</summary>
internal static class Locales
{
    private const int MaxLength = 64;

    public static IReadOnlyList<string> Read(JsonFields fields, string name) =>
        [.. (fields.Texts(name, MaxLength) ?? []).Select(locale => locale.Replace('_', '-'))];

    public static JsonArray Show(IEnumerable<string> locales) =>
        [.. locales.Select(locale => JsonValue.Create(locale.Replace('-', '_')))];
}
