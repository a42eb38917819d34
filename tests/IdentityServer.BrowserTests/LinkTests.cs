using System.Text.RegularExpressions;
using IdentityServer.BrowserTests.Fixtures;
using IdentityServer.Email;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace IdentityServer.BrowserTests;

/// <summary>Signing in by a mailed link or code, with the browsers and tabs that people and scanners use.</summary>
[Collection(SiteCollection.Name)]
public sealed partial class LinkTests(RunningSite site)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task In_the_same_browser_the_link_takes_one_press(bool scripts)
    {
        await using var visitor = await site.WelcomeAsync(scripts);
        var mail = await AskAsync(visitor);

        await visitor.Page.GotoAsync(Link(mail));
        await visitor.SeesHeadingAsync("Create an account?");
        await visitor.PressAsync("Create account");

        await ArrivesAsync(visitor);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_code_is_typed_by_hand(bool scripts)
    {
        await using var visitor = await site.WelcomeAsync(scripts);
        var mail = await AskAsync(visitor);

        await visitor.Page.GetByLabel("Code from the mail").FillAsync(Code(mail).ToLowerInvariant());
        await visitor.PressAsync("Continue");

        await ArrivesAsync(visitor);
    }

    [Fact]
    public async Task On_another_device_the_code_of_the_waiting_page_is_asked_for_and_the_waiting_page_goes_on_by_itself()
    {
        await using var desk = await site.WelcomeAsync();
        await using var phone = await site.WelcomeAsync();
        var mail = await AskAsync(desk);
        var waitingCode = await desk.Page.Locator(".shown-code").InnerTextAsync();

        await phone.Page.GotoAsync(Link(mail));
        await phone.Page.GetByLabel("Code on the other screen").FillAsync(waitingCode);
        await phone.PressAsync("Create account");
        await phone.SeesHeadingAsync("Confirmed");

        await ArrivesAsync(desk);
        Assert.DoesNotContain(await phone.Page.Context.CookiesAsync(), cookie => cookie.Name == "session");
    }

    [Fact]
    public async Task Without_scripts_the_waiting_page_looks_again_and_a_press_goes_on()
    {
        await using var desk = await site.WelcomeAsync(scripts: false);
        await using var phone = await site.WelcomeAsync();
        var mail = await AskAsync(desk);
        await phone.Page.GotoAsync(Link(mail));
        await phone.Page.GetByLabel("Code on the other screen").FillAsync(await desk.Page.Locator(".shown-code").InnerTextAsync());
        await phone.PressAsync("Create account");
        await phone.SeesHeadingAsync("Confirmed");

        await Expect(desk.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Confirmed", new() { Timeout = 30_000 });
        await desk.PressAsync("Continue");

        await ArrivesAsync(desk);
    }

    [Fact]
    public async Task Without_scripts_one_types_in_peace_once_one_says_so()
    {
        await using var visitor = await site.WelcomeAsync(scripts: false);
        await AskAsync(visitor);
        Assert.Equal(1, await visitor.Page.Locator("meta[http-equiv=refresh]").CountAsync());

        await visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Don’t, while I type the code" }).ClickAsync();

        await Expect(visitor.Page.Locator("meta[http-equiv=refresh]")).ToHaveCountAsync(0);
        await Expect(visitor.Page.GetByLabel("Code from the mail")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Opened_in_another_tab_the_link_lets_the_first_tab_go_on_too()
    {
        await using var visitor = await site.WelcomeAsync();
        var mail = await AskAsync(visitor);
        var tab = await visitor.Page.Context.NewPageAsync();

        await tab.GotoAsync(Link(mail));
        await tab.GetByRole(AriaRole.Button, new() { Name = "Create account" }).ClickAsync();
        await Expect(tab.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Almost there");

        // What was waiting goes on: the same request, for whoever is signed in by now.
        await visitor.SeesHeadingAsync("Almost there");
    }

    [Fact]
    public async Task A_robot_that_opens_and_submits_all_that_is_in_the_mail_never_gets_in_and_the_person_still_does()
    {
        await using var person = await site.WelcomeAsync();
        var mail = await AskAsync(person);
        foreach (var scripts in new[] { true, false })
        {
            await using var robot = await site.WelcomeAsync(scripts);
            await WanderAsync(robot, Link(mail), Code(mail));
            Assert.DoesNotContain(await robot.Page.Context.CookiesAsync(), cookie => cookie.Name == "session");
        }

        await person.Page.GotoAsync(Link(mail));
        await person.PressAsync("Create account");
        await ArrivesAsync(person);
    }

    // Until what was pressed has had its effect: most buttons lead to a page, some only change the one that is there.
    private static async Task LingerAsync(IPage page)
    {
        try
        {
            await page.WaitForLoadStateAsync(LoadState.Load, new() { Timeout = 2_000 });
        }
        catch (TimeoutException)
        {
            // The page was there before anybody listened. What counts is what the robot has got in the end.
        }
    }

    // Opens the address, and all that it leads to, and there presses every button of every form: as it is, and filled with all that
    // the mail holds.
    private static async Task WanderAsync(Visitor robot, string start, string code)
    {
        HashSet<string> seen = [];
        Queue<string> next = new([start]);
        while (seen.Count < 12 && next.TryDequeue(out var url))
        {
            if (!seen.Add(url))
            {
                continue;
            }

            await robot.Page.GotoAsync(url);
            foreach (var link in await robot.Page.Locator("a[href]").EvaluateAllAsync<string[]>("all => all.map(one => one.href)"))
            {
                next.Enqueue(link);
            }

            var buttons = await robot.Page.Locator("form button").CountAsync();
            for (var number = 0; number < buttons; number++)
            {
                foreach (var typed in new[] { null, code, start, "1" })
                {
                    await robot.Page.GotoAsync(url);
                    foreach (var field in typed is null ? [] : await robot.Page.Locator("form input:visible").AllAsync())
                    {
                        await field.FillAsync(typed!);
                    }

                    if (await robot.Page.Locator("form button").CountAsync() > number)
                    {
                        await robot.Page.Locator("form button").Nth(number).ClickAsync(new() { Force = true });
                        await LingerAsync(robot.Page);
                    }
                }
            }
        }
    }

    // Somebody new, who gets an account by it.
    private async Task<MailContent> AskAsync(Visitor visitor)
    {
        var email = $"{Guid.NewGuid():N}@example.com";
        await visitor.AuthorizeAsync(clientId: RunningSite.LinkClientId);
        await visitor.Page.GetByLabel("E-mail or user name").FillAsync(email);
        await visitor.PressAsync("E-mail me a link");
        await visitor.SeesHeadingAsync("Look into your mail");
        return await site.MailToAsync(email);
    }

    // The account is there; the application's question comes next, and then the application.
    private async Task ArrivesAsync(Visitor visitor)
    {
        await visitor.SeesHeadingAsync("Almost there");
        await visitor.Page.GetByLabel("Name", new() { Exact = true }).FillAsync("Grace Hopper");
        await visitor.PressAsync("Continue");
        await Expect(visitor.Page).ToHaveURLAsync(new Regex("^" + Regex.Escape(site.Sample) + "/"));
    }

    private static string Link(MailContent mail) => LinkIn().Match(mail.Text).Value;

    private static string Code(MailContent mail) => CodeIn().Match(mail.Text).Value;

    [GeneratedRegex(@"https?://\S+/link/\S+")]
    private static partial Regex LinkIn();

    [GeneratedRegex("(?<![A-Za-z0-9_-])[B-DF-HJ-NP-TV-XZ2-9]{3}-[B-DF-HJ-NP-TV-XZ2-9]{3}(?![A-Za-z0-9_-])")]
    private static partial Regex CodeIn();
}
