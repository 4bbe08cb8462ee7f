import { useEffect, useState } from "react";
import { serviceTime } from "../api/clock";

/** The time of the service, renewed every so many seconds. */
export function useNow(seconds: number): number {
  const [now, setNow] = useState(serviceTime);
  useEffect(() => {
    const timer = setInterval(() => setNow(serviceTime()), seconds * 1000);
    return () => clearInterval(timer);
  }, [seconds]);
  return now;
}
