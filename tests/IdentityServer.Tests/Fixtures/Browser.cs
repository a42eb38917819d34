using System.Net;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using IdentityServer.Users;

namespace IdentityServer.Tests.Fixtures;

/// <summary>
/// A browser without scripts: keeps cookies, reads pages, fills in the form it is shown. It follows no redirect by itself, so that
/// a test sees each.
/// </summary>
public sealed class Browser : IDisposable
{
    private readonly HttpClient client;

    public Browser(Uri address)
    {
        client = new(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = Cookies }) { BaseAddress = address };
    }

    /// <summary>The cookies it holds.</summary>
    public CookieContainer Cookies { get; } = new();

    /// <summary>The value of one cookie.</summary>
    public string? Cookie(string name) => Cookies.GetCookies(client.BaseAddress!)[name]?.Value;

    /// <summary>All of them, as they are sent.</summary>
    public string CookieHeader => Cookies.GetCookieHeader(client.BaseAddress!);

    /// <summary>Loses one cookie, as when the browser is closed or its holder clears it.</summary>
    public void Forget(string name)
    {
        if (Cookies.GetCookies(client.BaseAddress!)[name] is { } cookie)
        {
            cookie.Expired = true;
        }
    }

    /// <summary>Opens a URL.</summary>
    public async Task<BrowserPage> OpenAsync(string url) => await ReadAsync(await client.GetAsync(new Uri(url, UriKind.RelativeOrAbsolute)));

    /// <summary>Opens where the answer leads to.</summary>
    public Task<BrowserPage> FollowAsync(BrowserPage page) => OpenAsync(page.Location ?? throw new InvalidOperationException("The answer leads nowhere."));

    /// <summary>Posts the page's form as it was filled in by the server, with <paramref name="typed"/> in place.</summary>
    public Task<BrowserPage> SubmitAsync(BrowserPage page, params (string Name, string Value)[] typed) => SubmitAsync(page, [], typed);

    /// <summary>Posts the form with these request headers.</summary>
    public async Task<BrowserPage> SubmitAsync(BrowserPage page, (string Name, string Value)[] headers, (string Name, string Value)[] typed)
    {
        var form = page.Form;
        var fields = form.QuerySelectorAll<IHtmlInputElement>("input[name]")
            .Where(input => input.Type is not ("checkbox" or "radio" or "submit") || input.IsChecked)
            .Where(input => !typed.Any(pair => pair.Name == input.Name))
            .Select(input => KeyValuePair.Create(input.Name!, input.Value))
            .Concat(form.QuerySelectorAll<IHtmlTextAreaElement>("textarea[name]").Where(area => !typed.Any(pair => pair.Name == area.Name))
                .Select(area => KeyValuePair.Create(area.Name!, area.Value)))
            .Concat(form.QuerySelectorAll<IHtmlSelectElement>("select[name]").Where(select => !typed.Any(pair => pair.Name == select.Name))
                .Select(select => KeyValuePair.Create(select.Name!, select.Value ?? string.Empty)))
            .Concat(typed.Select(pair => KeyValuePair.Create(pair.Name, pair.Value)));
        return await PostAsync(form.GetAttribute("action") is { Length: > 0 } action ? action : page.Url, headers, fields);
    }

    /// <summary>Signs a person in on the page that asks for it.</summary>
    public Task<BrowserPage> SubmitLoginAsync(BrowserPage page, User user, params (string Name, string Value)[] typed) =>
        SubmitAsync(page, [("loginId", user.Email ?? user.Username!), ("password", TestServer.Password), .. typed]);

    /// <summary>Opens a page of the person's account, signing them in on the way if it is asked for.</summary>
    public async Task<BrowserPage> OpenAccountAsync(string url, User user)
    {
        var page = await FollowAllAsync(await OpenAsync(url));
        return page.Document.GetElementById("loginId") is null ? page : await FollowAllAsync(await SubmitLoginAsync(page, user));
    }

    /// <summary>Follows redirects until there is a page.</summary>
    public async Task<BrowserPage> FollowAllAsync(BrowserPage page)
    {
        for (var hops = 0; page.Location is not null; hops++)
        {
            Assert.True(hops < 10, "It goes round in a circle: " + page.Location);
            page = await FollowAsync(page);
        }

        return page;
    }

    /// <summary>Posts fields to a URL, with whatever cookies there are.</summary>
    public async Task<BrowserPage> PostAsync(string url, (string Name, string Value)[] headers, IEnumerable<KeyValuePair<string, string>> fields)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new FormUrlEncodedContent(fields) };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await ReadAsync(await client.SendAsync(request));
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    private static async Task<BrowserPage> ReadAsync(HttpResponseMessage response)
    {
        var body = await response.Content.ReadAsStringAsync();
        return new BrowserPage(response, body, new HtmlParser().ParseDocument(body));
    }
}

/// <summary>An answer as a browser sees it.</summary>
public sealed record BrowserPage(HttpResponseMessage Response, string Body, IHtmlDocument Document)
{
    public HttpStatusCode Status => Response.StatusCode;

    public string? Location => Response.Headers.Location?.OriginalString;

    public string Url => Response.RequestMessage!.RequestUri!.PathAndQuery;

    /// <summary>The page's form that posts.</summary>
    public IElement Form => Document.QuerySelector("form[method=post]") ?? throw new InvalidOperationException($"{Url} ({Status}) shows no form: {Body}");
}
