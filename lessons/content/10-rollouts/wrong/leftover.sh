# step: recreate
kubectl patch deployment web -p '{"spec":{"strategy":{"type":"Recreate"}}}'
