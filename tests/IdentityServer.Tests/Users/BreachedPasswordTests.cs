using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Users;
using Microsoft.Extensions.Options;

namespace IdentityServer.Tests.Users;

/// <summary>The operator's file of passwords known from breaches.</summary>
public sealed class BreachedPasswordTests : IDisposable
{
    private readonly string file = Path.GetTempFileName();

    public void Dispose() => File.Delete(file);

    [Theory]
    [InlineData("{0}:{1}\r\n", 40, true)]
    [InlineData("{0}\n", 40, true)]
    [InlineData("{0}\n", 16, true)]
    [InlineData("{0}:{1}\n", 40, false)]
    public void Every_password_of_the_list_is_found_and_no_other(string line, int digits, bool upper)
    {
        var known = Enumerable.Range(0, 500).Select(number => $"lost password {number}").ToList();
        Write(known.Select(Hash).Order(StringComparer.Ordinal).Select((hash, index) =>
            string.Format(CultureInfo.InvariantCulture, line, upper ? hash[..digits] : hash[..digits].ToLowerInvariant(), index * 7919)));
        using var list = List();

        Assert.All(known, password => Assert.True(Finds(list, password), password));
        Assert.All(Enumerable.Range(0, 500), number => Assert.False(Finds(list, $"nobody lost this {number}")));
    }

    [Fact]
    public void A_list_of_one_line_without_an_end_is_read_too()
    {
        Write([Hash("only")]);
        using var list = List();

        Assert.True(Finds(list, "only"));
        Assert.False(Finds(list, "other"));
    }

    [Fact]
    public void A_password_counts_in_its_normal_form()
    {
        Write([Hash("pass\u00f6rd") + "\n"]);
        using var list = List();

        Assert.True(Finds(list, "passo\u0308rd"));
    }

    [Fact]
    public void Without_a_file_nothing_is_found()
    {
        using var list = new BreachedPasswords(Options.Create(new ServerOptions()));

        Assert.False(Finds(list, "password"));
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("password\n", "does not hold a SHA-1")]
    [InlineData("0123456789\nhello\n", "does not hold a SHA-1")]
    [InlineData("F123456789\n0123456789\n", "not in ascending order")]
    [InlineData("0123456789:1\nF123456789:2\n", null)]
    public void A_file_of_another_kind_is_refused_at_start(string content, string? problem)
    {
        File.WriteAllText(file, content);

        if (problem is null)
        {
            Assert.Null(BreachedPasswords.Problem(file));
        }
        else
        {
            Assert.Contains(problem, BreachedPasswords.Problem(file), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_file_that_is_not_there_is_refused_at_start() =>
        Assert.Contains("can't be read", BreachedPasswords.Problem(file + ".missing"), StringComparison.Ordinal);

    [Fact]
    public async Task Nobody_can_choose_such_a_password_by_any_way()
    {
        const string Lost = "a password that somebody lost";
        Write([Hash(Lost) + ":3\n"]);
        await using var server = await TestServer.StartAsync($"Passwords:BreachedFile={file}");
        var user = await server.AddUserAsync();
        string[] expected = ["[breachedCommonPassword]user.password"];

        Assert.Equal(expected, (await server.Get<People>().CreateAsync(new NewUser { Email = TestServer.NewEmail(), Password = Lost }, "test", CancellationToken.None)).ExpectErrors().Codes());
        Assert.Equal(expected, (await server.Get<PasswordChange>().PrepareAsync(user, Lost, 8, CancellationToken.None)).ExpectErrors().Codes());
        Assert.Equal(expected, (await server.Get<People>().UpdateAsync(user.Id, row => UserDetails.Of(row), Lost, "test", CancellationToken.None))!.Value.ExpectErrors().Codes());
    }

    private static bool Finds(BreachedPasswords list, string password)
    {
        var errors = new FieldErrors();
        list.Check(password, errors);
        return errors.Has("user.password", "breachedCommonPassword");
    }

#pragma warning disable CA5350 // The lists are made of SHA-1.
    private static string Hash(string password) => Convert.ToHexString(SHA1.HashData(Encoding.UTF8.GetBytes(password)));
#pragma warning restore CA5350

    private void Write(IEnumerable<string> lines) => File.WriteAllText(file, string.Concat(lines));

    private BreachedPasswords List()
    {
        var options = new ServerOptions();
        options.Passwords.BreachedFile = file;
        return new BreachedPasswords(Options.Create(options));
    }
}
