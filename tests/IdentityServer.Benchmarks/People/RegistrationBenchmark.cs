using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using AngleSharp.Html.Parser;
using IdentityServer.Benchmarks.Load;
using IdentityServer.Forms;
using IdentityServer.Hosting;
using Microsoft.Extensions.Logging;

namespace IdentityServer.Benchmarks.People;

/// <summary>
/// New people per second: by a form without a password, each of them signed in at its end and sent back with a code, and by the
/// management API. Nobody's password is hashed, which would be all that one could see. Server and callers share a process, and the
/// machine's cores.
/// </summary>
internal static class RegistrationBenchmark
{
    private const int Callers = 32;
    private const string ApiKey = "a-key-that-only-the-benchmark-uses-0123456789";
    private const string FormId = "b6a4a7c1-7d2f-4c83-9f0e-0d9a5f3b1e20";
    private const string ApplicationId = "b6a4a7c1-7d2f-4c83-9f0e-0d9a5f3b1e21";
    private const string Register = "/oauth2/register?client_id=" + ApplicationId + "&response_type=code&scope=openid&state=s&nonce=n"
        + "&redirect_uri=https%3A%2F%2Fclient.example%2Fcallback"
        + "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(10);

    public static async Task<int> RunAsync()
    {
        Console.WriteLine("| database | by a form | by the management API |");
        Console.WriteLine("| --- | ---: | ---: |");
        await MeasureAsync("SQLite", []);
        if (LoadDatabase.IsThere)
        {
            await using var database = await LoadDatabase.CreateAsync();
            await MeasureAsync("PostgreSQL", ["Database:Provider=postgres", "Database:ConnectionString=" + database.ConnectionString]);
        }

        return 0;
    }

    private static async Task MeasureAsync(string name, string[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("identityserver-bench-").FullName;
        try
        {
            settings = [.. settings, $"DataDirectory={folder}", $"Kickstart={WriteKickstart(folder)}", "RateLimits:Enabled=false"];
            await using var app = Server.Build(
                ["--urls=http://127.0.0.1:0", .. settings.Select(setting => "--IdentityServer:" + setting)], builder => builder.Logging.ClearProviders());
            await app.StartAsync();
            using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = new Uri(app.Urls.First()) };
            var byForm = await RateAsync(await FormAsync(client));
            var byApi = await RateAsync(() => CallAsync(client));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {byForm:n0} | {byApi:n0} |"));
            await app.StopAsync();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // One browser opens the page; what it posts, it posts again and again for somebody else, and forgets who it was.
    private static async Task<Func<Task>> FormAsync(HttpClient client)
    {
        using var answer = await client.GetAsync(new Uri(Register, UriKind.Relative));
        var cookies = string.Join("; ", answer.Headers.GetValues("Set-Cookie").Select(cookie => cookie.Split(';')[0]));
        var page = new HtmlParser().ParseDocument(await answer.Content.ReadAsStringAsync());
        var hidden = page.QuerySelectorAll("form[method=post] input[type=hidden]")
            .Select(input => KeyValuePair.Create(input.GetAttribute("name")!, input.GetAttribute("value") ?? string.Empty))
            .ToList();
        return async () =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, Register)
            {
                Content = new FormUrlEncodedContent([.. hidden, new("user.email", NewEmail()), new("user.fullName", "Ada Lovelace")]),
            };
            request.Headers.Add("Cookie", cookies);
            using var answer = await client.SendAsync(request);
            if (answer.Headers.Location?.OriginalString.Contains("code=", StringComparison.Ordinal) is not true)
            {
                throw new InvalidOperationException($"The form was refused: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
            }
        };
    }

    private static async Task CallAsync(HttpClient client)
    {
        var body = new JsonObject
        {
            ["user"] = new JsonObject { ["email"] = NewEmail(), ["fullName"] = "Ada Lovelace" },
            ["registration"] = new JsonObject { ["applicationId"] = ApplicationId },
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/user/registration")
        {
            Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"),
        };
        request.Headers.TryAddWithoutValidation("Authorization", ApiKey);
        using var answer = await client.SendAsync(request);
        if (answer.StatusCode != HttpStatusCode.OK)
        {
            throw new InvalidOperationException($"The call was refused: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        }
    }

    private static async Task<double> RateAsync(Func<Task> register)
    {
        await CountAsync(WarmUp);
        var watch = Stopwatch.StartNew();
        var count = await CountAsync(Measured);
        return count / watch.Elapsed.TotalSeconds;

        async Task<int> CountAsync(TimeSpan duration)
        {
            var running = Stopwatch.StartNew();
            var counts = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
            {
                var own = 0;
                for (; running.Elapsed < duration; own++)
                {
                    await register();
                }

                return own;
            })));
            return counts.Sum();
        }
    }

    private static string WriteKickstart(string folder)
    {
        var path = Path.Combine(folder, "kickstart.json");
        File.WriteAllText(path, new JsonObject
        {
            ["apiKeys"] = new JsonArray(new JsonObject { ["key"] = ApiKey }),
            ["requests"] = new JsonArray(
                Post("/api/form/" + FormId, new JsonObject
                {
                    ["form"] = new JsonObject
                    {
                        ["name"] = "Without a password",
                        ["steps"] = new JsonArray(new JsonObject
                        {
                            ["fields"] = new JsonArray($"{ShippedFields.IdOf("user.email")}", $"{ShippedFields.IdOf("user.fullName")}"),
                        }),
                    },
                }),
                Post("/api/application/" + ApplicationId, new JsonObject
                {
                    ["application"] = new JsonObject
                    {
                        ["name"] = "Registrations",
                        ["oauthConfiguration"] = new JsonObject { ["authorizedRedirectURLs"] = new JsonArray("https://client.example/callback") },
                        ["registrationConfiguration"] = new JsonObject { ["enabled"] = true, ["type"] = "advanced", ["formId"] = FormId },
                    },
                })),
        }.ToJsonString());
        return path;
    }

    private static JsonObject Post(string url, JsonObject body) => new() { ["method"] = "POST", ["url"] = url, ["body"] = body };

    private static string NewEmail() => $"user-{Guid.NewGuid():N}@example.com";
}
