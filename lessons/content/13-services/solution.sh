# step: address
traffic start ask http://{{ pods.filter(p, p.metadata.namespace == 'default' && p.metadata.?labels.?app.orValue('') == 'web')[0].status.podIP }}:8080/ rate=1 from=default/client timeout=2s
clock advance 3s
kubectl delete pod {{ pods.filter(p, p.metadata.namespace == 'default' && p.metadata.?labels.?app.orValue('') == 'web')[0].metadata.name }} --wait=false
clock advance 10s
traffic stop ask

# step: service
cat > service.yaml <<'EOF'
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector:
    app: web
  ports:
    - port: 80
      targetPort: 8080
EOF
kubectl apply -f service.yaml
traffic start ask-1 http://web/ rate=2 for=3s from=default/client timeout=2s
clock advance 6s

# step: behind
kubectl rollout restart deployment web
kubectl get endpointslices

# step: mismatch
traffic start ask-2 http://shop/ rate=2 for=3s from=default/client timeout=2s
clock advance 6s
kubectl set selector service shop app=web

# step: names
traffic start ask-3 http://web/ rate=2 for=3s from=guests/{{ pods.filter(p, p.metadata.namespace == 'guests')[0].metadata.name }} timeout=2s
clock advance 6s
traffic start ask-4 http://web.default/ rate=2 for=3s from=guests/{{ pods.filter(p, p.metadata.namespace == 'guests')[0].metadata.name }} timeout=2s
clock advance 6s
