using Microsoft.AspNetCore.Antiforgery;
using Microsoft.Net.Http.Headers;

namespace IdentityServer.Themes;

/// <summary>A page as a response: rendered in memory first, so that a fault gives the error page and never half a page.</summary>
public sealed class PageResult<T>(T model, int status, string? theme, string? locales) : IResult, IStatusCodeHttpResult
    where T : class, IPage<T>
{
    /// <summary>The model, for tests and for handlers that pass a page on.</summary>
    public T Model => model;

    /// <inheritdoc/>
    public int? StatusCode => status;

    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var chosen = httpContext.RequestServices.GetRequiredService<ThemeCatalog>().Find(theme);
        var language = LanguageNegotiation.Choose(httpContext.Request, locales, chosen.Languages);
        var html = chosen.Render(model, Frame(httpContext, chosen, language));

        var response = httpContext.Response;
        response.StatusCode = status;
        response.ContentType = "text/html; charset=utf-8";
        response.ContentLength = html.Length;
        PageHeaders.Set(response.Headers);
        response.Headers.ContentLanguage = language;
        LanguageNegotiation.Remember(httpContext, chosen.Languages);
        await response.Body.WriteAsync(html, httpContext.RequestAborted);
    }

    private PageFrame Frame(HttpContext http, Theme chosen, string language)
    {
        var antiforgery = model is IPostsBack ? http.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(http) : null;
        return new PageFrame(
            language,
            http.Request.PathBase,
            antiforgery is null ? null : new AntiforgeryField(antiforgery.FormFieldName, antiforgery.RequestToken!),
            model is IRepeatable page ? chosen.LanguageLinks(page.Action, language) : [],
            model is IKeepsAnswers,
            (model as INavigable)?.Navigation);
    }
}

/// <summary>The headers of every page.</summary>
internal static class PageHeaders
{
    // form-action is left out on purpose: Chromium applies it to the whole chain of redirects after a post, which
    // ends at the application's address. Actions come from validated models, and nothing else can put in a form.
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        + "frame-ancestors 'none'; base-uri 'none'";

    public static void Set(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.CacheControl = "no-store";
        headers.Pragma = "no-cache";
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=(), usb=()";
        headers.Append(HeaderNames.Vary, "Accept-Language, Cookie");
    }
}
