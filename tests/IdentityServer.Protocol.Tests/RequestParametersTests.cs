using FsCheck;
using FsCheck.Fluent;

namespace IdentityServer.Protocol.Tests;

public class RequestParametersTests
{
    [Fact]
    public void A_value_is_what_was_sent()
    {
        var parameters = Parse(("state", " a+b%20\t\r\n"), ("scope", "openid")).Value();

        Assert.Equal(" a+b%20\t\r\n", parameters["state"]);
        Assert.True(parameters.Has("scope"));
        Assert.Null(parameters["Scope"]);
    }

    [Fact]
    public void An_empty_value_is_an_omitted_one()
    {
        var parameters = Parse(("prompt", "")).Value();

        Assert.Null(parameters["prompt"]);
        Assert.False(parameters.Has("prompt"));
        Assert.Empty(parameters.Pairs);
    }

    [Theory]
    [InlineData("a", "a")]
    [InlineData("a", "b")]
    [InlineData("a", "")]
    [InlineData("", "a")]
    [InlineData("", "")]
    public void A_parameter_that_comes_twice_is_refused(string first, string second)
    {
        Parse(("x", first), ("x", second)).Refused("invalid_request", "repeated_parameter", "A request parameter is included more than once.");

        var recorded = Expect.Parameters(("x", first), ("x", second), ("y", "1"));
        Assert.Equal(["x"], recorded.Repeated);
        Assert.Null(recorded["x"]);
        Assert.Equal("1", recorded["y"]);
    }

    [Fact]
    public void A_resource_may_repeat()
    {
        var parameters = Parse(("resource", "https://a.example"), ("resource", ""), ("resource", "https://b.example")).Value();

        Assert.Equal(["https://a.example", "https://b.example"], parameters.Resources);
        Assert.Equal([new("resource", "https://a.example"), new("resource", "https://b.example")], parameters.Pairs);
    }

    [Theory]
    [InlineData("a\0", "b")]
    [InlineData("a", "b\0")]
    [InlineData("a", "b\u001b[2J")]
    [InlineData("a", "b\u007f")]
    public void A_control_character_is_refused(string name, string value) => Parse((name, value)).Refused(
        "invalid_request", "invalid_characters", "The name or value of a request parameter contains control characters.");

    [Fact]
    public void Numbers_and_lengths_have_bounds()
    {
        var many = Enumerable.Range(0, RequestParameters.MaxCount).Select(i => ("p" + i, "v")).ToArray();
        var name = new string('n', RequestParameters.MaxNameLength);
        var value = new string('v', RequestParameters.MaxValueLength);

        Parse(many).Value();
        Parse((name, value)).Value();
        Parse([.. many, ("one", "more")]).Refused("invalid_request", "too_many_parameters", "The request has too many parameters.");
        Parse((name + "n", "")).Refused("invalid_request", "parameter_too_long", "The name or value of a request parameter is too long.");
        Parse(("n", value + "v")).Refused("invalid_request", "parameter_too_long", "The name or value of a request parameter is too long.");
    }

    [Fact]
    public void Each_parameter_is_read_as_sent_or_the_request_is_refused() => Prop.ForAll(Pairs, pairs =>
    {
        var repeats = pairs.Select(pair => pair.Key).Where(name => name != "resource").GroupBy(name => name).Any(group => group.Count() > 1);
        var failed = RequestParameters.Parse(pairs).Failed(out _, out var parameters);

        Assert.Equal(repeats, failed);
        foreach (var (name, value) in failed ? [] : pairs)
        {
            if (name == "resource")
                Assert.Contains(value, parameters!.Resources);
            else
                Assert.Equal(value, parameters![name]);
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_is_sent_on_is_read_again_as_the_same() => Prop.ForAll(Pairs, pairs =>
    {
        var first = RequestParameters.ParseForRedirect(pairs).Value();
        var second = RequestParameters.Parse(first.Pairs).Value();

        Assert.Equal(first.Pairs, second.Pairs);
        Assert.Equal(first.Resources, second.Resources);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void No_text_at_all_makes_it_fall_over() => Prop.ForAll<KeyValuePair<NonNull<string>, NonNull<string>>[]>(pairs =>
    {
        if (RequestParameters.ParseForRedirect(pairs.Select(pair => KeyValuePair.Create(pair.Key.Get, pair.Value.Get))).Succeeded(out var parameters, out _))
            AuthorizeRules.Check(AuthorizeRequest.Parse(parameters), new ClientSettings { ClientId = "c" });
    }).QuickCheckThrowOnFailure();

    // Few names, so that they meet; values that are not empty, which would be omitted ones.
    private static Arbitrary<KeyValuePair<string, string>[]> Pairs { get; } =
        (from name in Gen.Elements("state", "scope", "nonce", "prompt", "client_id", "resource", "x", "y", "State")
         from value in Gen.Elements("a", "b", " ", "%20", "a b", "ü", "\"'<>&", "💡", "\r\n")
         select KeyValuePair.Create(name, value)).ArrayOf().ToArbitrary();

    private static OAuthResult<RequestParameters> Parse(params (string Name, string Value)[] pairs) =>
        RequestParameters.Parse(pairs.Select(pair => KeyValuePair.Create(pair.Name, pair.Value)));
}
