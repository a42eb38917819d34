using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.DataProtection;

namespace SampleClient;

/// <summary>
/// A complete OpenID Connect client in a few files, to read and to copy. This one wires it up and answers the requests;
/// <see cref="OpenIdClient"/> speaks the protocol, <see cref="IdTokenValidator"/> verifies ID tokens,
/// <see cref="LoginAttempts"/> and <see cref="Sessions"/> remember, <see cref="Pages"/> draws.
/// </summary>
public static class SampleApp
{
    private const string LogoutCookie = "sample.logout";

    /// <summary>Builds the application; running it is up to the caller.</summary>
    /// <param name="args">Command-line arguments, such as <c>--SampleClient:ClientId=…</c>.</param>
    /// <param name="options">The settings; read from the configuration if absent.</param>
    public static WebApplication Build(string[] args, SampleClientOptions? options = null)
    {
        // An empty builder reads no files: hosted inside another program, this application must not pick up that one's settings.
        var builder = WebApplication.CreateEmptyBuilder(new() { Args = args });
        builder.Configuration.AddEnvironmentVariables().AddCommandLine(args);
        var settings = options ?? builder.Configuration.GetSection("SampleClient").Get<SampleClientOptions>() ?? new();
        settings.Check();

        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().UseUrls(settings.Urls);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 16 * 1024;
        });
        builder.Logging.AddSimpleConsole().AddFilter("Microsoft.AspNetCore", LogLevel.Warning)
            // Its one warning is that keys are stored unencrypted; these are not stored at all.
            .AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        AddServices(builder.Services, settings);

        var app = builder.Build();
        app.Use((http, next) => AnswerAsync(http, next, settings));
        MapRoutes(app);
        return app;
    }

    private static void AddServices(IServiceCollection services, SampleClientOptions settings)
    {
        services.AddRouting();
        // Sessions end with the process, and so may the keys that seal the cookies.
        services.AddDataProtection().UseEphemeralDataProtectionProvider();
        services.AddAntiforgery(antiforgery =>
        {
            antiforgery.Cookie.Name = "sample.antiforgery";
            // Lax, or coming back from the provider would bring a new cookie and spoil the forms in other tabs.
            antiforgery.Cookie.SameSite = SameSiteMode.Lax;
        });
        services.AddMemoryCache(cache => cache.SizeLimit = 100_000);
        services.AddSingleton(settings);
        services.AddSingleton(new OpenIdClient(CreateHttpClient(), settings));
        services.AddSingleton<LoginAttempts>();
        services.AddSingleton<Sessions>();
    }

    private static void MapRoutes(WebApplication app)
    {
        app.MapGet("/", Home);
        app.MapGet("/callback", CallbackAsync);
        app.MapGet("/signed-out", SignedOut);
        app.MapGet("/site.css", (HttpContext http) => Pages.Asset(http, "site.css", "text/css; charset=utf-8"));
        app.MapGet("/icon.svg", (HttpContext http) => Pages.Asset(http, "icon.svg", "image/svg+xml"));
        app.MapFallback(() => Pages.Message("There is no such page", "The address may be mistyped.", StatusCodes.Status404NotFound));

        // Whatever changes something is a POST, and carries a token that only pages of our own know.
        var posts = app.MapGroup("").AddEndpointFilter(RequireAntiforgeryTokenAsync);
        posts.MapPost("/login", LoginAsync);
        posts.MapPost("/register", RegisterAsync);
        posts.MapPost("/silent", SilentAsync);
        posts.MapPost("/refresh", RefreshAsync);
        posts.MapPost("/userinfo", UserInfoAsync);
        posts.MapPost("/logout", LogoutAsync);
    }

    private static IResult Home(HttpContext http, Sessions sessions, IAntiforgery antiforgery, SampleClientOptions settings)
    {
        var token = antiforgery.GetAndStoreTokens(http);
        string? notice = http.Request.Query["notice"];
        return sessions.Find(http) is { } session
            ? Pages.Account(session.User, token, notice)
            : Pages.Welcome(settings, token, notice);
    }

    private static Task<IResult> LoginAsync(HttpContext http, OpenIdClient client, LoginAttempts attempts, CancellationToken cancellation) =>
        GoToProviderAsync(http, client, attempts, LoginAttempt.Start(), cancellation);

    private static Task<IResult> RegisterAsync(HttpContext http, OpenIdClient client, LoginAttempts attempts, CancellationToken cancellation) =>
        GoToProviderAsync(http, client, attempts, LoginAttempt.Start(), cancellation, register: true);

    // Asks whether the user is (still) signed in at the provider, which answers without showing a page (OpenID Connect Core §3.1.2.1).
    private static Task<IResult> SilentAsync(
        HttpContext http, OpenIdClient client, LoginAttempts attempts, Sessions sessions, CancellationToken cancellation)
    {
        var user = sessions.Find(http)?.User;
        var attempt = LoginAttempt.Start(silent: true, user?.Subject);
        return GoToProviderAsync(http, client, attempts, attempt, cancellation, idTokenHint: user?.Tokens.IdToken);
    }

    private static async Task<IResult> GoToProviderAsync(
        HttpContext http, OpenIdClient client, LoginAttempts attempts, LoginAttempt attempt, CancellationToken cancellation,
        bool register = false, string? idTokenHint = null)
    {
        var address = await client.AuthorizeUrlAsync(attempt, register, idTokenHint, cancellation);
        attempts.Keep(http, attempt);
        return Results.Redirect(address);
    }

    // The provider's answer (RFC 6749 §4.1.2, OpenID Connect Core §3.1.2.5).
    private static async Task<IResult> CallbackAsync(
        HttpContext http, OpenIdClient client, LoginAttempts attempts, Sessions sessions, CancellationToken cancellation)
    {
        var answer = http.Request.Query;
        if (answer.Any(parameter => parameter.Value.Count > 1)) // RFC 6749 §3.1
            throw new LoginRefusedException("The answer is ambiguous", "A parameter stands in it more than once.");

        // First of all: did this browser start this login?
        var attempt = attempts.Take(http, answer["state"]);
        try
        {
            sessions.Start(http, await client.CompleteAsync(answer, attempt, cancellation));
            return Results.Redirect(attempt.Silent ? "/?notice=still-signed-in" : "/");
        }
        catch (LoginRefusedException refusal) when (attempt.Silent && Pages.IsSilentRefusal(refusal.ErrorCode))
        {
            return Results.Redirect("/?notice=" + refusal.ErrorCode);
        }
    }

    private static async Task<IResult> RefreshAsync(HttpContext http, OpenIdClient client, Sessions sessions, CancellationToken cancellation)
    {
        if (sessions.Find(http) is not { } session)
            return Results.Redirect("/?notice=signed-out");

        // One at a time: a refresh token that rotates may be used once, and a second use looks like theft (RFC 9700 §4.14.2).
        await session.Gate.WaitAsync(cancellation);
        try
        {
            if (session.User.Tokens.RefreshToken is not { } refreshToken)
                return Results.Redirect("/?notice=no-refresh-token");
            // Not cancelled with the request: the answer holds the only copy of the next refresh token.
            session.User = await client.RefreshAsync(session.User, refreshToken, CancellationToken.None);
            return Results.Redirect("/?notice=refreshed");
        }
        catch (LoginRefusedException refusal) when (refusal.ErrorCode == "invalid_grant")
        {
            // The grant is over (RFC 6749 §5.2), so the session is as well.
            sessions.End(http);
            throw;
        }
        finally
        {
            session.Gate.Release();
        }
    }

    private static async Task<IResult> UserInfoAsync(HttpContext http, OpenIdClient client, Sessions sessions, CancellationToken cancellation)
    {
        if (sessions.Find(http) is not { } session)
            return Results.Redirect("/?notice=signed-out");
        await session.Gate.WaitAsync(cancellation);
        try
        {
            var user = session.User;
            session.User = user with { UserInfo = await client.UserInfoAsync(user.Tokens.AccessToken, user.Subject, cancellation) };
            return Results.Redirect("/?notice=reloaded");
        }
        finally
        {
            session.Gate.Release();
        }
    }

    // Ends the session here first, whatever the provider says, and then sends the browser there (RP-Initiated Logout §2).
    private static async Task<IResult> LogoutAsync(HttpContext http, OpenIdClient client, Sessions sessions, CancellationToken cancellation)
    {
        var idToken = sessions.Find(http)?.User.Tokens.IdToken;
        sessions.End(http);
        var state = RandomText.Create();
        http.Response.Cookies.Append(LogoutCookie, state, SessionCookies.Options(http, TimeSpan.FromMinutes(10)));
        return Results.Redirect(await client.LogoutUrlAsync(idToken, state, cancellation));
    }

    private static IResult SignedOut(HttpContext http)
    {
        var ours = http.Request.Cookies[LogoutCookie] is { } expected
            && http.Request.Query["state"] is [{ } state] && RandomText.AreEqual(expected, state);
        http.Response.Cookies.Delete(LogoutCookie);
        // Opened by anything but our own logout, this page would say something that is not known to be true.
        return ours
            ? Pages.Message("You are signed out", "Both here and at the provider. See you soon.", StatusCodes.Status200OK)
            : Results.Redirect("/");
    }

    private static async ValueTask<object?> RequireAntiforgeryTokenAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        await context.HttpContext.RequestServices.GetRequiredService<IAntiforgery>().ValidateRequestAsync(context.HttpContext);
        return await next(context);
    }

    /// <summary>Around every answer: its security headers, and a page instead of an exception.</summary>
    private static async Task AnswerAsync(HttpContext http, RequestDelegate next, SampleClientOptions settings)
    {
        var headers = http.Response.Headers;
        // The provider is named because browsers hold the redirect that answers a form to form-action as well.
        headers.ContentSecurityPolicy =
            $"default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' {new Uri(settings.Authority).GetLeftPart(UriPartial.Authority)}; "
            + "base-uri 'none'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-cache, no-store";
        headers["Referrer-Policy"] = "same-origin";
        try
        {
            await next(http);
        }
        catch (LoginRefusedException refusal)
        {
            await Pages.Refusal(refusal).ExecuteAsync(http);
        }
        catch (AntiforgeryValidationException)
        {
            await Pages.Message("This form is out of date", "Go back to the start page and try again.", StatusCodes.Status400BadRequest)
                .ExecuteAsync(http);
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException { InnerException: TimeoutException })
        {
            await Pages.Message(
                "The provider cannot be reached",
                $"{settings.Authority} does not answer. Is it running, and is SampleClient__Authority its address?",
                StatusCodes.Status502BadGateway).ExecuteAsync(http);
        }
    }

    private static HttpClient CreateHttpClient() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false, // The endpoints are where the provider said; credentials follow nobody elsewhere.
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        UseCookies = false,
    })
    {
        Timeout = TimeSpan.FromSeconds(10),
        MaxResponseContentBufferSize = 1024 * 1024,
    };
}
