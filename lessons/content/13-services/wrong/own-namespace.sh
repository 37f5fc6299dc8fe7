# step: names
kubectl exec -n guests deploy/visitor -- wget -T 2 -qO- http://web.guests
