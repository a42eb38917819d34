using System.Text.RegularExpressions;

namespace IdentityServer.Tests.Fixtures;

/// <summary>Compares answers as a stranger would who wants to learn who has an account.</summary>
public static partial class Likeness
{
    /// <summary>The page without what differs between any two: the address typed, seals, ids and codes.</summary>
    public static string Faceless(this BrowserPage page, string address)
    {
        var body = page.Body.Replace(address, "ADDRESS", StringComparison.OrdinalIgnoreCase);
        return Code().Replace(Id().Replace(Seal().Replace(body, "$1SEAL\""), "ID"), "CODE");
    }

    /// <summary>The names of the cookies that an answer sets, and what else it says of them.</summary>
    public static string CookieNames(this BrowserPage page) => page.Response.Headers.TryGetValues("Set-Cookie", out var cookies)
        ? string.Join('\n', cookies.Select(cookie => CookieValue().Replace(cookie, "=")))
        : string.Empty;

    [GeneratedRegex("(name=\"(?:__csrf|answers|interaction)\" value=\")[^\"]*\"")]
    private static partial Regex Seal();

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Id();

    [GeneratedRegex("(?<=shown-code\">)[^<]*")]
    private static partial Regex Code();

    [GeneratedRegex("=[^;]*")]
    private static partial Regex CookieValue();
}
