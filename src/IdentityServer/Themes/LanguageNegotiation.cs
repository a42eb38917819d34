using System.Globalization;
using Microsoft.AspNetCore.Http.Features;

namespace IdentityServer.Themes;

/// <summary>
/// Which language a page is in: what the request asks for (<c>locale</c>, then <c>ui_locales</c>, OpenID Connect Core §3.1.2.1),
/// what was chosen earlier (a cookie), what the browser prefers, English.
/// </summary>
internal static class LanguageNegotiation
{
    public const string Fallback = "en";

    private const string Parameter = "locale";

    // A browser sends a handful; a longer list is not a list of languages.
    private const int MostWishes = 20;

    public static string Choose(HttpRequest request, string? locales, IReadOnlyList<string> available) =>
        Wishes(request, locales).Take(MostWishes).Select(wish => Match(wish, available)).FirstOrDefault(match => match is not null) ?? Fallback;

    /// <summary>The best language for one tag: itself, shorter and shorter (RFC 4647 §3.4), or a regional one (<c>pt</c> for <c>pt-BR</c>).</summary>
    public static string? Match(string wish, IReadOnlyList<string> available)
    {
        // Locales of operating systems and of FusionAuth are written en_US, or en_US.UTF-8.
        var tag = wish.Trim().Split('.', '@')[0].Replace('_', '-');
        for (var rest = tag; rest.Length > 0; rest = rest.LastIndexOf('-') is > 0 and var cut ? rest[..cut] : "")
        {
            if (available.FirstOrDefault(language => language.Equals(rest, StringComparison.OrdinalIgnoreCase)) is { } match)
                return match;
        }

        return tag.Length < 2 ? null : available.FirstOrDefault(language => language.StartsWith(tag + "-", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Keeps the language that was picked, by its link or by its button in a form.</summary>
    public static void Remember(HttpContext http, IReadOnlyList<string> available)
    {
        if (Sent(http.Request, Parameter) is { } picked && Match(picked, available) is { } language && http.Request.Cookies[Parameter] != language)
        {
            http.Response.Cookies.Append(Parameter, language, new CookieOptions
            {
                HttpOnly = true,
                IsEssential = true,
                MaxAge = TimeSpan.FromDays(365),
                Path = "/",
                SameSite = SameSiteMode.Lax,
                Secure = http.Request.IsHttps,
            });
        }
    }

    /// <summary>A URL that asks for a language; everything else in its query stays as it is.</summary>
    public static string WithLocale(string url, string language)
    {
        var (path, query) = url.IndexOf('?', StringComparison.Ordinal) is >= 0 and var at ? (url[..at], url[(at + 1)..]) : (url, "");
        var others = query.Split('&', StringSplitOptions.RemoveEmptyEntries).Where(pair => !pair.StartsWith(Parameter + "=", StringComparison.Ordinal));
        return $"{path}?{string.Join('&', others.Append($"{Parameter}={language}"))}";
    }

    public static bool IsRightToLeft(string language)
    {
        try
        {
            return CultureInfo.GetCultureInfo(language).TextInfo.IsRightToLeft;
        }
        catch (CultureNotFoundException)
        {
            return false;
        }
    }

    private static IEnumerable<string> Wishes(HttpRequest request, string? locales)
    {
        if (Sent(request, Parameter) is { } locale)
            yield return locale;

        locales ??= Sent(request, "ui_locales");
        foreach (var tag in (locales ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
            yield return tag;

        if (request.Cookies[Parameter] is { } remembered)
            yield return remembered;

        foreach (var accepted in request.GetTypedHeaders().AcceptLanguage.Where(tag => tag.Quality is not 0).OrderByDescending(tag => tag.Quality ?? 1))
            yield return accepted.Value.ToString();
    }

    // A button of a form counts before the address that the form is posted to, which may hold an earlier choice. A handler has read
    // the form of a post by now; what it has not read is not waited for.
    private static string? Sent(HttpRequest request, string name) =>
        request.HttpContext.Features.Get<IFormFeature>()?.Form?[name].FirstOrDefault() ?? request.Query[name].FirstOrDefault();
}
