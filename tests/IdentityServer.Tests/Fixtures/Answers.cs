using System.Net;

namespace IdentityServer.Tests.Fixtures;

/// <summary>What tests expect of answers.</summary>
public static class Answers
{
    /// <summary>
    /// The application hears of a refusal at its own address: code, reason and description, with the state as it came and the issuer
    /// (RFC 6749 §4.1.2.1, RFC 9207 §2), and no code.
    /// </summary>
    public static void AssertRefused(this AuthorizeAnswer answer, TestServer server, AuthorizeCall call, string error, string reason, string description)
    {
        Assert.Equal((error, reason), (answer["error"], answer["error_reason"]));
        Assert.Contains(description, answer["error_description"], StringComparison.Ordinal);
        Assert.Equal((call["state"], server.Issuer), (answer["state"], answer["iss"]));
        Assert.Equal(call["redirect_uri"], answer.Address);
        Assert.Null(answer["code"]);
    }

    /// <summary>The developer reads what is wrong on our own page; nothing leads anywhere.</summary>
    public static void AssertErrorPage(this BrowserPage page, string reason, string description)
    {
        Assert.Equal((HttpStatusCode.BadRequest, null), (page.Status, page.Location));
        Assert.Contains(page.Document.QuerySelectorAll("dd code"), code => code.TextContent == reason);
        Assert.Contains(description, page.Document.QuerySelector("section.details p")!.TextContent, StringComparison.Ordinal);
        Assert.Empty(page.Document.QuerySelectorAll("a, form, iframe, meta[http-equiv]"));
        page.AssertPageHeaders();
    }

    /// <summary>The page of this step, with a form that posts it.</summary>
    public static void AssertStep(this BrowserPage page, string step, HttpStatusCode status = HttpStatusCode.OK)
    {
        Assert.True(page.Status == status && page.Location is null, $"{page.Status} {page.Location} instead of the page {step}");
        Assert.Equal(step, page.Form.QuerySelector("input[name=step]")?.GetAttribute("value"));
        page.AssertPageHeaders();
    }

    /// <summary>The value that a field shows.</summary>
    public static string? Field(this BrowserPage page, string name) => page.Form.QuerySelector($"input[name='{name}']")?.GetAttribute("value");

    /// <summary>What the page says is wrong, at fields and above them.</summary>
    public static string Problems(this BrowserPage page) => string.Join(' ', page.Document.QuerySelectorAll("[role=alert], .error").Select(element => element.TextContent.Trim()));

    /// <summary>The headers that every page of ours must have.</summary>
    public static void AssertPageHeaders(this BrowserPage page)
    {
        var policy = page.Header("Content-Security-Policy");
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("base-uri 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe-inline", policy, StringComparison.Ordinal);
        Assert.Equal(("no-store", "nosniff", "no-referrer"), (page.Header("Cache-Control"), page.Header("X-Content-Type-Options"), page.Header("Referrer-Policy")));
    }

    /// <summary>A header of the answer, empty where it is missing.</summary>
    public static string Header(this BrowserPage page, string name) =>
        page.Response.Headers.TryGetValues(name, out var values) || page.Response.Content.Headers.TryGetValues(name, out values) ? string.Join(", ", values) : "";
}
