// RTNeural: the time of one step of one row, with its compile-time API: a GRU or an LSTM of as many units as inputs, and a dense
// layer of one output.
//
// The weights are random and of the size that a net of PyTorch's begins with; inputs are random zeros and ones. The median is that of
// blocks of 16 steps, because the clock is too coarse for one; p99.9 is of single steps, less what reading the clock takes.
//
// usage: rtneural SECONDS WORK..., a work as in "inference gru 8 8 1 1 1": cell, input, hidden, outputs, batch, window.
// Prints a CSV row per work that is compiled in.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <RTNeural/RTNeural.h>

namespace
{
using Clock = std::chrono::steady_clock;
using Matrix = std::vector<std::vector<float>>;

constexpr int block = 16;
constexpr size_t rows = 1024;

double nanoseconds(Clock::duration time)
{
    return std::chrono::duration<double, std::nano>(time).count();
}

// The value below which a share of all lies.
double quantile(std::vector<double>& times, double share)
{
    const auto place = std::min(times.size() - 1, static_cast<size_t>(share * times.size()));
    std::nth_element(times.begin(), times.begin() + place, times.end());
    return times[place];
}

Matrix random_matrix(std::mt19937& random, int height, int width, float bound)
{
    std::uniform_real_distribution<float> value(-bound, bound);
    Matrix matrix(height, std::vector<float>(width));
    for(auto& row : matrix)
        for(auto& entry : row)
            entry = value(random);
    return matrix;
}

template <int size>
void set_weights(RTNeural::GRULayerT<float, size, size>& layer, std::mt19937& random, float bound)
{
    layer.setWVals(random_matrix(random, size, 3 * size, bound));
    layer.setUVals(random_matrix(random, size, 3 * size, bound));
    layer.setBVals(random_matrix(random, 2, 3 * size, bound));
}

template <int size>
void set_weights(RTNeural::LSTMLayerT<float, size, size>& layer, std::mt19937& random, float bound)
{
    layer.setWVals(random_matrix(random, size, 4 * size, bound));
    layer.setUVals(random_matrix(random, size, 4 * size, bound));
    layer.setBVals(random_matrix(random, 1, 4 * size, bound)[0]);
}

// Repeats a measurement for some seconds.
template <typename Measured>
std::vector<double> repeat(double seconds, Measured measured)
{
    std::vector<double> times;
    times.reserve(1 << 22);
    const auto begun = Clock::now();
    while(nanoseconds(Clock::now() - begun) < seconds * 1e9 && times.size() < times.capacity())
        for(int i = 0; i < 256; ++i)
            times.push_back(measured());
    return times;
}

template <template <typename, int, int, RTNeural::SampleRateCorrectionMode, typename> class Layer, int size>
void measure(const char* cell, double seconds)
{
    using None = Layer<float, size, size, RTNeural::SampleRateCorrectionMode::None, RTNeural::DefaultMathsProvider>;
    auto model = std::make_unique<RTNeural::ModelT<float, size, 1, None, RTNeural::DenseT<float, size, 1>>>();
    std::mt19937 random(1);
    const auto bound = 1.0f / std::sqrt(static_cast<float>(size));
    set_weights<size>(model->template get<0>(), random, bound);
    model->template get<1>().setWeights(random_matrix(random, 1, size, bound));
    model->template get<1>().setBias(random_matrix(random, 1, 1, bound)[0].data());
    model->reset();

    // Padded to whole vectors, as the xsimd backend reads them.
    constexpr size_t stride = (size + 7) / 8 * 8;
    auto* inputs = static_cast<float*>(std::aligned_alloc(64, (rows * stride * sizeof(float) + 63) / 64 * 64));
    if(inputs == nullptr)
    {
        std::fprintf(stderr, "out of memory\n");
        std::exit(1);
    }
    for(size_t i = 0; i < rows * stride; ++i)
        inputs[i] = static_cast<float>(random() % 2);

    size_t at = 0;
    volatile float answer = 0.0f;
    const auto step = [&]
    {
        answer = model->forward(inputs + at % rows * stride);
        ++at;
    };
    const auto time = [](auto measured)
    {
        const auto begun = Clock::now();
        measured();
        return nanoseconds(Clock::now() - begun);
    };
    repeat(seconds / 10, [&] { return time(step); });
    auto blocks = repeat(seconds / 2, [&] { return time([&] { for(int i = 0; i < block; ++i) step(); }) / block; });
    auto nothing = repeat(0.01, [&] { return time([] {}); });
    auto singles = repeat(seconds / 2, [&] { return time(step); });
    const auto clock = quantile(nothing, 0.5);
    const auto p999 = std::max(quantile(singles, 0.999) - clock, 0.0);
    std::printf("RTNeural,1.0.0,inference,1,%s,%d,%d,1,1,1,%.5f,%.5f\n", cell, size, size, quantile(blocks, 0.5) / 1e3, p999 / 1e3);
    std::fflush(stdout);
    std::free(inputs);
}

template <int size>
void measure_size(const std::vector<std::string>& works, double seconds)
{
    const auto asked = [&](const char* cell)
    {
        const auto n = std::to_string(size);
        const auto name = "inference " + std::string(cell) + " " + n + " " + n + " 1 1 1";
        return std::find(works.begin(), works.end(), name) != works.end();
    };
    if(asked("gru"))
        measure<RTNeural::GRULayerT, size>("gru", seconds);
    if(asked("lstm"))
        measure<RTNeural::LSTMLayerT, size>("lstm", seconds);
}
} // namespace

int main(int argc, char* argv[])
{
    if(argc < 3)
    {
        std::fprintf(stderr, "usage: rtneural SECONDS WORK...\n");
        return 2;
    }
    const auto seconds = std::atof(argv[1]);
    const std::vector<std::string> works(argv + 2, argv + argc);
    std::printf("library,version,kind,nets,cell,input,hidden,classes,batch,window,us_per_step,us_p999\n");
    measure_size<4>(works, seconds);
    measure_size<8>(works, seconds);
    measure_size<16>(works, seconds);
    measure_size<32>(works, seconds);
    measure_size<64>(works, seconds);
}
