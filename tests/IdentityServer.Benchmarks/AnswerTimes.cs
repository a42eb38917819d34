using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using AngleSharp.Html.Parser;
using IdentityServer.Data;
using IdentityServer.Email;
using IdentityServer.Hosting;
using IdentityServer.Users;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace IdentityServer.Benchmarks;

/// <summary>
/// How long strangers wait for an answer about somebody who has an account, and about somebody who has none. A table to be read, not
/// a limit: what matters is that the difference is within what chance alone makes.
/// </summary>
internal static class AnswerTimes
{
    private const int Tries = 200;
    private const int WarmUp = 20;
    private const string ClientId = "b6a4a7c1-7d2f-4c83-9f0e-0d9a5f3b1e11";

    public static async Task<int> RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("identityserver-bench-").FullName;
        try
        {
            await using var app = Start(folder);
            await app.StartAsync();
            using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() })
            {
                BaseAddress = new Uri(app.Urls.First()),
            };
            var login = await PageForm.OpenAsync(client, "/oauth2/authorize");
            var forgot = await PageForm.OpenAsync(client, "/password/forgot");
            var register = await PageForm.OpenAsync(client, "/oauth2/register");
            Console.WriteLine($"| question, {Tries} times each | account | fastest ms | median ms | mean ms | slowest ms | difference of means ms | chance makes (95 %) ms |");
            Console.WriteLine("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |");
            await MeasureAsync("sign in with a wrong password", app.Services, loginId => login.PostAsync(loginId, HttpStatusCode.OK, ("password", "not the password at all")));
            await MeasureAsync("e-mail me a link", app.Services, loginId => login.PostAsync(loginId, HttpStatusCode.SeeOther, ("by", "link")));
            await MeasureAsync("forgot password", app.Services, loginId => forgot.PostAsync(loginId, HttpStatusCode.SeeOther));
            await MeasureAsync("register", app.Services, email => register.RegisterAsync(email));
            await app.StopAsync();
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Everything as it ships; only the brakes are off, for all of this comes from one address, and mails go no further than memory.
    private static WebApplication Start(string folder)
    {
        var kickstart = Path.Combine(folder, "kickstart.json");
        File.WriteAllText(kickstart, new JsonObject
        {
            ["requests"] = new JsonArray(new JsonObject
            {
                ["method"] = "POST",
                ["url"] = "/api/application/" + ClientId,
                ["body"] = new JsonObject
                {
                    ["application"] = new JsonObject
                    {
                        ["name"] = "Timing",
                        ["oauthConfiguration"] = new JsonObject { ["authorizedRedirectURLs"] = new JsonArray("https://client.example/callback") },
                        ["passwordlessConfiguration"] = new JsonObject { ["enabled"] = true },
                        ["registrationConfiguration"] = new JsonObject { ["enabled"] = true },
                        ["unverified"] = new JsonObject { ["behavior"] = "Gated" },
                    },
                },
            }),
        }.ToJsonString());
        return Server.Build(
            [
                "--urls=http://127.0.0.1:0", $"--IdentityServer:DataDirectory={folder}", $"--IdentityServer:Kickstart={kickstart}", "--IdentityServer:RateLimits:Enabled=false",
            ],
            builder =>
            {
                builder.Logging.ClearProviders();
                builder.Services.AddSingleton<DevMailbox>();
            });
    }

    // Each account is asked about once, so that locks stay out of it.
    private static async Task MeasureAsync(string question, IServiceProvider services, Func<string, Task> ask)
    {
        var there = await AddPeopleAsync(services, Tries + WarmUp);
        List<double> known = [], unknown = [];
        for (var number = 0; number < there.Count; number++)
        {
            // Each comes after the other kind as often as after its own: a mail that is being sent slows whatever is asked next.
            string[] turns = number % 2 == 0 ? [there[number], NewEmail()] : [NewEmail(), there[number]];
            foreach (var loginId in turns)
            {
                var time = await TimeAsync(loginId);
                if (number >= WarmUp)
                {
                    (loginId == there[number] ? known : unknown).Add(time);
                }
            }
        }

        var chance = 1.96 * Math.Sqrt((Variance(known) + Variance(unknown)) / Tries);
        Write(question, "exists", known, known.Average() - unknown.Average(), chance);
        Write(string.Empty, "does not", unknown, null, null);

        async Task<double> TimeAsync(string loginId)
        {
            var start = Stopwatch.GetTimestamp();
            await ask(loginId);
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }
    }

    // All with the hash of one password: to make hundreds would take longer than to measure.
    private static async Task<List<string>> AddPeopleAsync(IServiceProvider services, int count)
    {
        var people = services.GetRequiredService<Users.People>();
        List<string> emails = [];
        string? hash = null;
        for (var number = 0; number < count; number++)
        {
            var email = NewEmail();
            var wanted = new NewUser { Email = email, FullName = "Ada Lovelace", Password = hash is null ? "correct horse battery staple" : null };
            if ((await people.CreateAsync(wanted, "bench", CancellationToken.None)).Failed(out var errors, out var user))
            {
                throw new InvalidOperationException(string.Join(' ', errors.Fields.Select(error => error.Code)));
            }

            hash ??= user.PasswordHash;
            emails.Add(email);
        }

        await services.GetRequiredService<Database>().WriteAsync(
            (db, token) => db.Users.Where(row => row.PasswordHash == null).ExecuteUpdateAsync(set => set.SetProperty(row => row.PasswordHash, hash), token),
            CancellationToken.None);
        return emails;
    }

    private static string NewEmail() => $"user-{Guid.NewGuid():N}@example.com";

    private static double Variance(List<double> times)
    {
        var mean = times.Average();
        return times.Sum(time => (time - mean) * (time - mean)) / (times.Count - 1);
    }

    private static void Write(string question, string account, List<double> times, double? difference, double? chance)
    {
        var sorted = times.Order().ToList();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {question} | {account} | {sorted[0]:F2} | {sorted[sorted.Count / 2]:F2} | {times.Average():F2} | {sorted[^1]:F2} | {difference:F2} | {chance:F2} |"));
    }

    // A page, filled in again and again by the same browser.
    private sealed record PageForm(HttpClient Client, string Url, string Token, IReadOnlyList<(string Name, string Value)> Hidden)
    {
        private const string Request = "?client_id=" + ClientId + "&response_type=code&scope=openid&redirect_uri=https%3A%2F%2Fclient.example%2Fcallback"
            + "&state=s&nonce=n&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";

        public static async Task<PageForm> OpenAsync(HttpClient client, string path)
        {
            var page = new HtmlParser().ParseDocument(await client.GetStringAsync(new Uri(path + Request, UriKind.Relative)));
            var hidden = page.QuerySelectorAll("form[method=post] input[type=hidden]")
                .Select(input => (input.GetAttribute("name")!, input.GetAttribute("value") ?? string.Empty))
                .ToLookup(field => field.Item1 == "__csrf");
            return new(client, path + Request, hidden[true].First().Item2, [.. hidden[false]]);
        }

        public Task PostAsync(string loginId, HttpStatusCode expected, params (string Name, string Value)[] more) =>
            SendAsync(expected, [("step", "login"), ("loginId", loginId), .. more]);

        // The page that asks for the mailed code.
        public Task RegisterAsync(string email) => SendAsync(
            HttpStatusCode.OK, [.. Hidden, ("user.email", email), ("user.password", "correct horse battery staple"), ("user.fullName", "Ada Lovelace")], "name=\"code\"");

        private async Task SendAsync(HttpStatusCode expected, IEnumerable<(string Name, string Value)> fields, string says = "")
        {
            using var content = new FormUrlEncodedContent([new("__csrf", Token), .. fields.Select(field => KeyValuePair.Create(field.Name, field.Value))]);
            using var response = await Client.PostAsync(new Uri(Url, UriKind.Relative), content);
            var body = await response.Content.ReadAsStringAsync();
            if (response.StatusCode != expected || !body.Contains(says, StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"{response.StatusCode} instead of {expected}: {body}");
            }
        }
    }
}
